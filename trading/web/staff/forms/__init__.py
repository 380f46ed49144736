"""Forms of acts: every command as a person fills it in, from its own declaration.

``shape`` says what is asked and how, ``given`` reads what was typed, ``told`` says it back in
words, ``wants`` names documents, facts and roles. Source: decisions 21 and 25.
"""

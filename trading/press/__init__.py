"""Work on what strangers wrote, in a child process that can neither last, grow nor reach out.

Templates of a centre, pages to print and files that somebody uploaded are never opened in the
process that serves: ``run`` gives them to a child with limits of its own. Nothing here knows of
trades. Source: security brief, INV-32 and INV-33.
"""

def parse(text): return {}
def check(a,b): return None

"""Few of many random networks that together have every op, every setting that is a word, and every number that is set."""
import re


def features(text):
    """What a network of the .net language has: ops, and each with the names of its settings and the words that they are."""
    found = set()
    for line in re.sub(r'@"[^"]*"|#.*', "", text).splitlines():
        for layer in re.split(r"->|[{}]", line):
            op = re.match(r"\s*([a-z]\w*)", layer)
            if op:
                names = re.findall(r"\w+ = [a-z]\w*|\w+(?= = )|(?<=[(,])\s*[a-z]\w*\s*(?=[,)])", layer)
                found |= {op[1]} | {op[1] + " " + name.strip() for name in names if not re.fullmatch(r"\s*x\d+\s*", name)}
    return found


def covering(seeds, write):
    """Of these seeds few whose networks, write(seed), together have what all have."""
    left = {seed: features(write(seed)) for seed in seeds}
    missing, chosen = set().union(*left.values()), []
    while missing:
        best = max(left, key=lambda seed: len(left[seed] & missing))
        missing -= left.pop(best)
        chosen.append(best)
    return sorted(chosen)

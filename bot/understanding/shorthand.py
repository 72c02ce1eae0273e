"""What people type for English words when they are quick: "ty" is thank you, "r u" are you."""

import re

_SHORT = {
    "u": "you", "ur": "your", "r": "are", "urs": "yours", "im": "i am", "ive": "i have",
    "ill": "i will", "id": "i would", "pls": "please", "plz": "please", "plse": "please",
    "thx": "thanks", "thnx": "thanks", "thnks": "thanks", "tnx": "thanks", "thks": "thanks",
    "ty": "thank you", "tyvm": "thank you very much", "tysm": "thank you so much",
    "thankyou": "thank you", "thanku": "thank you", "ta": "thanks", "np": "no problem",
    "k": "ok", "kk": "ok", "okay": "ok", "okey": "ok", "oki": "ok", "ye": "yes", "yh": "yes",
    "ya": "yes", "yea": "yes", "yeah": "yes", "yep": "yes", "yup": "yes", "yess": "yes",
    "nope": "no", "nah": "no", "naw": "no", "cya": "see you", "ttyl": "talk to you later",
    "gn": "good night", "gm": "good morning", "wanna": "want to", "gotta": "have to",
    "gonna": "going to", "gimme": "give me", "lemme": "let me", "dunno": "do not know",
    "cuz": "because", "coz": "because", "bc": "because", "b4": "before", "2day": "today",
    "2moro": "tomorrow", "tmrw": "tomorrow", "tmr": "tomorrow", "asap": "as soon as possible",
    "msg": "message", "txt": "text", "num": "number", "addr": "address", "adress": "address",
    "qty": "quantity", "info": "information", "eta": "expected arrival", "etd": "dispatch date",
    "cod": "cash on delivery", "p&p": "postage and packing", "cc": "credit card", "w/": "with",
    "wheres": "where is", "whens": "when is", "whats": "what is", "hows": "how is",
    "whos": "who is", "whys": "why is", "thats": "that is", "theres": "there is",
    "doesnt": "does not", "dont": "do not", "didnt": "did not", "isnt": "is not",
    "arent": "are not", "wasnt": "was not", "hasnt": "has not", "havent": "have not",
    "hadnt": "had not", "cant": "can not", "cannot": "can not", "couldnt": "could not",
    "wont": "will not", "wouldnt": "would not", "shouldnt": "should not", "aint": "is not",
}  # fmt: skip
_TOKEN = re.compile(r"[\w&/]+")
# "y is it late" asks why; a lone "y" agrees.
_WHY = re.compile(r"\by(?= (?:is|are|am|do|does|did|was|has|have|had|can|cant|isnt|dont|didnt)\b)")


def spelled_out(text: str) -> str:
    """Return lower-case English `text` without apostrophes, its short forms written out."""
    text = _WHY.sub("why", text.replace("'", ""))
    return _TOKEN.sub(lambda found: _SHORT.get(found[0], found[0]), text)

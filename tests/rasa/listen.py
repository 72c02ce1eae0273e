"""Run by Rasa's own Python: reads a JSON list of texts, prints the intent heard in each."""

import asyncio
import json
import sys

from rasa.core.agent import Agent


async def heard(model, texts):
    """Return the most likely intent of each text, whatever the fallback makes of it."""
    agent = Agent.load(model)
    found = []
    for text in texts:
        ranking = (await agent.parse_message(text))["intent_ranking"]
        names = [each["name"] for each in ranking if each["name"] != "nlu_fallback"]
        found.append(names[0] if names else "")
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(heard(sys.argv[1], json.load(sys.stdin)))))

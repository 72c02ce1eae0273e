"""Which FAQ pages answer a question: one search for the help page and the bot.

`words` (text to words and grams) -> `bm25` (scores) -> `index` (entries of one language) ->
`judge` (is the best one the answer?) -> `current` (the index that serves now) -> `find`.
"""

from cms.answers.find import Answer, find_answers, the_page, warm

__all__ = ["Answer", "find_answers", "the_page", "warm"]

# Libraries that are heavy or not there, a model that is loaded with the module, helpers below the handler.
import numpy as np
import pandas as pd
from sklearn.metrics.pairwise import cosine_similarity
from transformers import pipeline

config = {
    "type": "event",
    "name": "SuggestBooks",
    "subscribes": ["copy.bought", "copy.missed"],
    "emits": ["books.suggested"]
}

guess_mood = pipeline("mood")


async def handler(input_data, ctx):
    reader = input_data["reader"] if "reader" in input_data else "anybody"
    shelves = await ctx.state.get("taste", "shelves") or {}

    if reader not in shelves:
        shelves[reader] = {}
    shelves[reader][input_data["id"]] = shelves[reader].get(input_data["id"], 0) + 1.5
    await ctx.state.set("taste", "shelves", shelves)

    if len(shelves[reader]) >= 2:
        books = closest(reader, shelves)
        table = pd.DataFrame(books)
        await ctx.emit({
            "topic": "books.suggested",
            "data": {"reader": reader, "books": books[:5], "count": len(table), "mood": guess_mood(reader)[0]["label"]}
        })


def closest(reader, shelves):
    readers = list(shelves.keys())
    books = sorted(set(book for shelf in shelves.values() for book in shelf.keys()))
    matrix = np.zeros((len(readers), len(books)))
    for i, one in enumerate(readers):
        for j, book in enumerate(books):
            matrix[i, j] = shelves[one].get(book, 0)
    likeness = cosine_similarity([matrix[readers.index(reader)]], matrix)[0]
    weights = {}
    for i in np.argsort(likeness)[:-1]:
        for book, weight in shelves[readers[i]].items():
            if book not in shelves[reader]:
                weights[book] = weights.get(book, 0) + weight * likeness[i]
    ranked = sorted(weights.items(), key=lambda item: item[1], reverse=True)
    return [{"book": book, "weight": weight} for book, weight in ranked]

# Modules whole, by name, below others and at run time; names awaited and not.
import asyncio
import importlib

import pandas as pd
import sklearn.metrics
from sklearn.ensemble import IsolationForest
from sklearn.metrics.pairwise import cosine_similarity
from transformers import pipeline
import boto3

config = {"type": "event", "name": "Judge", "subscribes": ["judge.go"], "emits": []}

classify = pipeline("sentiment-analysis")


async def handler(input_data, ctx):
    late = importlib.import_module("late_package")
    try:
        check_fraud(input_data, amount=3)
        failed = None
    except ValueError as error:
        failed = str(error)
    limits = await get_limits(input_data["plan"])
    plain = get_limits(input_data["plan"])
    both = await asyncio.gather(fetch_one(1), fetch_one(2))
    await ctx.state.set("judged", "it", {
        "label": classify(input_data["text"])[0]["label"],
        "mean": pd.DataFrame([1, 2, 3]).mean(),
        "same": cosine_similarity([1], [1]),
        "depth": IsolationForest(contamination=0.1).depth,
        "score": sklearn.metrics.f1_score(),
        "late": late.ANSWER,
        "bucket": boto3.client("s3"),
        "failed": failed,
        "limits": [limits, plain],
        "both": both,
        "own": own_helper(),
        "cap": CAPS["daily"],
    })


def own_helper():
    return "own"

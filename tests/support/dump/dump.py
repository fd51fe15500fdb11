"""Loads each module of the arguments and writes, as one JSON object a line, what its config is at run time: the plain
values, and every schema."""

import importlib.util
import json
import sys
import traceback


def as_json_schema(schema):
    """The schema that a model stands for; anything else is one already."""
    to_schema = getattr(schema, "model_json_schema", None)
    return to_schema() if to_schema is not None else schema


def schemas(config):
    found = {}

    def add(name, schema):
        if schema is not None:
            found[name] = {"plain": as_json_schema(schema)}

    add("input", config.get("input", config.get("bodySchema")))
    for status, schema in (config.get("responseSchema") or {}).items():
        add(f"response {status}", schema)
    return found


def load(file):
    spec = importlib.util.spec_from_file_location("step_under_test", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(file):
    try:
        module = load(file)
        config = module.config
        plain = {k: v for k, v in config.items() if k not in ("input", "bodySchema", "responseSchema")}
        return {"file": file, "config": plain, "schemas": schemas(config)}
    except Exception:
        return {"file": file, "error": traceback.format_exc()}


sys.dont_write_bytecode = True
for file in sys.argv[1:]:
    print(json.dumps(answer(file)), flush=True)

"""Loads each module of the arguments and writes, as one JSON object a line, what its config is at run time: the plain
values, and every schema."""

import importlib.util
import json
import pathlib
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


def project_of(file):
    """The folder around `steps` or `src`, where the framework looks for the project's own modules."""
    for folder in pathlib.Path(file).parents:
        if folder.name in ("steps", "src"):
            return str(folder.parent)
    return str(pathlib.Path(file).parent)


def load(file):
    if project_of(file) not in sys.path:
        sys.path.insert(0, project_of(file))
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

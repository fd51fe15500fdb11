"""What JSON makes of a Python value. Everything that crosses to the harness goes through here, as it does in the framework."""

import base64
import datetime
import decimal
import enum
import json
import math
import os
import uuid

# Bound before the clock replaces the names in the module.
_MOMENTS = (datetime.date, datetime.time)
_PLAIN_KEYS = {True: "true", False: "false", None: "null"}


def plain(value):
    """A JSON value made of new containers, so that later changes by the handler do not reach it."""
    return _Converter(config=False).convert(value)


def plain_config(value):
    """As `plain`, with functions dropped and model classes turned into JSON Schema."""
    return _Converter(config=True).convert(value)


class _Converter:
    def __init__(self, config):
        self._config = config
        self._open = set()

    def convert(self, value):
        if isinstance(value, enum.Enum):
            return self.convert(value.value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int):
            return int(value)
        if isinstance(value, (float, decimal.Decimal)):
            number = float(value)
            return number if math.isfinite(number) else None
        if isinstance(value, _MOMENTS):
            return value.isoformat()
        if isinstance(value, (uuid.UUID, os.PathLike, BaseException)):
            return str(value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return _text_of_bytes(bytes(value))
        return self._compound(value)

    def _compound(self, value):
        if id(value) in self._open:
            raise ValueError("Circular reference detected")
        self._open.add(id(value))
        try:
            if isinstance(value, dict):
                return self._mapping(value)
            if isinstance(value, (list, tuple, set, frozenset)):
                return [self.convert(item) for item in value if not self._dropped(item)]
            return self._object(value)
        finally:
            self._open.discard(id(value))

    def _mapping(self, value):
        return {_key(key): self.convert(item) for key, item in value.items() if not self._dropped(item)}

    def _object(self, value):
        if self._config and isinstance(value, type):
            schema = getattr(value, "model_json_schema", None)
            return self.convert(schema()) if callable(schema) else value.__name__
        # Arrays and scalars of numeric libraries say themselves what they are in plain Python.
        for method in ("tolist", "item"):
            convert = getattr(type(value), method, None)
            if callable(convert):
                return self.convert(convert(value))
        if hasattr(value, "__dict__"):
            return self._mapping(vars(value))
        if hasattr(value, "__iter__"):
            return [self.convert(item) for item in value]
        return str(value)

    def _dropped(self, value):
        return self._config and callable(value) and not hasattr(value, "model_json_schema")


def _key(key):
    if isinstance(key, str):
        return str(key)
    if key is None or isinstance(key, bool):
        return _PLAIN_KEYS[key]
    return json.dumps(key) if isinstance(key, (int, float)) else str(key)


def _text_of_bytes(value):
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return base64.b64encode(value).decode("ascii")

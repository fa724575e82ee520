"""Loads pickles with CPython's two readers and tells which of them call what is outside the grammar of data.

Reads lines of base64, writes a line per pickle: how many such calls the reader in C made, and the one in Python. Names
outside the grammar stand for functions and classes that only count; nothing is imported for a pickle.
"""

import base64
import collections
import functools
import io
import operator
import pickle
import resource
import sys
import types

resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
calls = 0

# Some streams make iterators that call for ever.
CALLS_MAX = 9


def count(*_arguments, **_named):
    global calls
    calls += 1
    if calls > CALLS_MAX:
        raise pickle.UnpicklingError("it never ends")
    return 0


class Counted:
    def __new__(cls, *_arguments, **_named):
        count()
        return object.__new__(cls)


def plain(*_arguments, **_named):
    return {}


HARMLESS = {
    ("builtins", "list"): list,
    ("builtins", "set"): set,
    ("builtins", "dict"): dict,
    ("builtins", "tuple"): tuple,
    ("builtins", "iter"): iter,
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("collections", "defaultdict"): collections.defaultdict,
    ("collections", "ChainMap"): collections.ChainMap,
    ("functools", "partial"): functools.partial,
    ("operator", "methodcaller"): operator.methodcaller,
    ("types", "SimpleNamespace"): types.SimpleNamespace,
    ("uuid", "UUID"): plain,
    ("subprocess", "Popen"): Counted,
}


def find(module, name):
    found = HARMLESS.get((module, name))
    if found is not None:
        return found
    if (module, name) == ("os", "system"):
        return count
    raise pickle.UnpicklingError("no such name")


class InC(pickle.Unpickler):
    def find_class(self, module, name):
        return find(module, name)


class InPython(pickle._Unpickler):
    def find_class(self, module, name):
        return find(module, name)


def load(reader, data):
    global calls
    calls = 0
    try:
        reader(io.BytesIO(data)).load()
    except Exception:
        pass
    return calls


for line in sys.stdin:
    data = base64.b64decode(line)
    print(load(InC, data), load(InPython, data))

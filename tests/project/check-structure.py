#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks how the source tree is built: the order of its folders, no circles, headers that lead to their sources,
folders of a size that one can look over, meson files that name their own folder's files."""

import argparse
import collections
import importlib.util
import pathlib
import re
import sys

# The order of folders: a file includes headers of its own folder and of folders in earlier rows, never of later rows
# and never of its neighbours in a row. What lies below a folder of this list belongs to it.
ORDER = [
    ["nn/base"],
    ["nn/kernels"],
    ["nn/image", "nn/load"],
    ["nn/ops"],
    ["nn/graph"],
    ["nn/import", "nn/plan"],
    ["nn/model"],
    ["nn/run", "nn/save"],
    ["evaluate"],
    ["default-model"],
    ["elements"],
    ["plugin"],
]
# Public headers: those outside the library may include these and no others. A public header counts as a part of the
# folder in which its functions are defined.
PUBLIC = ["nn/include/nn", "evaluate/include/evaluate", "default-model", "elements/meta"]
# These may use of the folders above nothing but public headers.
OUTSIDE = ["evaluate", "elements", "tools", "samples"]
FOLDERS = sorted({folder for row in ORDER for folder in row} | set(OUTSIDE))
MOST_SOURCES = 25
# ONNX has as many operators as it has; one family is one file.
MAY_HAVE_MORE_SOURCES = {"nn/ops"}

# Headers whose functions are defined in sources of other names: at most ten, each with the reason.
MOST_ELSEWHERE = 10
FAMILY = "a family of kernels is one header; each body of it is a file for its instruction set, and a table joins them"
ELSEWHERE = {
    "nn/include/nn/convert.h": "one header for programs that convert models: loading without folding, and saving",
    "nn/include/nn/image.h": "one header for programs that feed images: the view of an image and its preprocessing",
    "nn/include/nn/model.h": "one header for programs that load models, whatever they ask of them",
    "nn/include/nn/session.h": "one header for programs that run models, whatever they ask of a session",
    "nn/kernels/activation.h": FAMILY,
    "nn/kernels/bf16.h": FAMILY,
    "nn/kernels/conv.h": FAMILY,
    "nn/kernels/pool.h": FAMILY,
    "nn/kernels/resize.h": FAMILY,
    "nn/kernels/winograd.h": FAMILY,
}

INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*[\"<]([^\">\n]+)[\">]", re.M)
WORD = re.compile(r"\b[A-Za-z_]\w*\b")


def load_check_tree():
    path = pathlib.Path(__file__).with_name("check-tree.py")
    spec = importlib.util.spec_from_file_location("check_tree", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def without_literals(text):
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    return re.sub(r"'(?:\\.|[^'\\\n])'", "0", text)


def outermost(text):
    """What stands outside braces: pairs of a text and the character that ends it, ; or {."""
    text = re.sub(r"^[ \t]*#[^\n]*", "", text.replace("\\\n", "  "), flags=re.M)
    text = re.sub(r"\bG_(?:BEGIN|END)_DECLS\b", "", text)
    depth, current, found = 0, [], []
    for character in text:
        if character == "{":
            if depth == 0:
                found.append(("".join(current), "{"))
                current = []
            depth += 1
        elif character == "}":
            depth -= 1
            current = []
        elif depth == 0 and character == ";":
            found.append(("".join(current), ";"))
            current = []
        elif depth == 0:
            current.append(character)
    return found


def function_of(text):
    """The name of the function that a text declares or begins to define; None where it is none or is static."""
    text = " ".join(text.split())
    text = re.sub(r"\bG_GNUC_\w+\s*(?:\([^()]*\))?|__attribute__\s*\(\(.*?\)\)", "", text).strip()
    match = re.match(r"^(.*?)\b(\w+)\s*\((.*)\)$", text)
    if not match or not match.group(1).strip() or "=" in text or text.startswith("typedef"):
        return None
    if re.search(r"\bstatic\b", match.group(1)):
        return None
    return match.group(2)


class File:
    def __init__(self, root, path):
        self.name = str(path.relative_to(root))
        self.is_header = path.suffix == ".h"
        # A header that may lead elsewhere is a module of its own.
        self.module = self.name if self.name in ELSEWHERE else re.sub(r"-private$", "", path.stem)
        self.folder = str(path.relative_to(root).parent)
        code = without_comments(path.read_text(encoding="utf-8"))
        self.included = INCLUDE.findall(code)
        code = without_literals(code)
        statements = outermost(code)
        self.declared = [name for text, end in statements if end == ";" and (name := function_of(text))]
        self.defined = [name for text, end in statements if end == "{" and (name := function_of(text))]
        self.defined += [f"{name}_quark" for name in re.findall(r"\bG_DEFINE_QUARK\s*\([^,]*,\s*(\w+)\s*\)", code)]
        self.words = set() if self.is_header else set(WORD.findall(code))


class Tree:
    def __init__(self, root, files):
        self.files = [
            File(root, path)
            for path in files
            if path.suffix in {".c", ".h"} and any(inside(str(path.relative_to(root)), top) for top in FOLDERS + ["nn"])
        ]
        self.by_name = {}
        for file in self.files:
            self.by_name.setdefault(pathlib.PurePath(file.name).name, file)
        self.definers = collections.defaultdict(list)
        for file in self.files:
            if not file.is_header:
                for name in file.defined:
                    self.definers[name].append(file)

    def includes(self, file):
        for included in file.included:
            target = self.by_name.get(pathlib.PurePath(included).name)
            if target and (("/" not in included) or target.name.endswith(included)):
                yield target

    def place(self, file):
        """The row of ORDER and the folder that a file belongs to; a public header's is its functions'."""
        if any(inside(file.name, folder) for folder in PUBLIC) and "/include/" in file.name:
            sources = [source for name in file.declared for source in self.definers.get(name, [])]
            return min((place_of(source.name) for source in sources), default=(0, ORDER[0][0]))
        return place_of(file.name)


def inside(name, folder):
    return name.startswith(folder + "/")


def place_of(name):
    for number, row in enumerate(ORDER):
        for folder in row:
            if inside(name, folder):
                return number, folder
    return len(ORDER), name.split("/")[0]


def against_the_order(tree):
    for file in tree.files:
        number, folder = tree.place(file)
        outside = next((top for top in OUTSIDE if inside(file.name, top)), None)
        for target in tree.includes(file):
            if outside:
                if not inside(target.name, outside) and not any(inside(target.name, top) for top in PUBLIC):
                    yield f"{file.name} includes {target.name}; {outside} may include public headers only"
                continue
            other_number, other_folder = tree.place(target)
            if other_number > number or (other_number == number and other_folder != folder):
                yield f"{file.name} includes {target.name}, against the order: {other_folder} is not below {folder}"


def circles_of(edges):
    """Strongly connected sets of more than one (Tarjan 1972), without recursion."""
    index, low, stack, on_stack, found = {}, {}, [], set(), []
    for start in sorted(edges):
        if start in index:
            continue
        work = [(start, iter(sorted(edges[start])))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = set()
                    while node not in members:
                        members.add(stack.pop())
                    on_stack -= members
                    if len(members) > 1:
                        found.append(sorted(members))
            elif following not in index:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(sorted(edges.get(following, ())))))
            elif following in on_stack:
                low[node] = min(low[node], index[following])
    return found


def circles(tree):
    """Between modules: a module is a source and its headers; it needs another whose header it includes, or one of
    whose functions it names."""
    edges, why = collections.defaultdict(set), {}
    for file in tree.files:
        edges[file.module]
        for target in tree.includes(file):
            edges[file.module].add(target.module)
            why[file.module, target.module] = f"{file.name} includes {target.name}"
        for word in file.words & tree.definers.keys():
            sources = tree.definers[word]
            if len(sources) == 1:
                edges[file.module].add(sources[0].module)
                why.setdefault((file.module, sources[0].module), f"{file.name} uses {word} of {sources[0].name}")
    for module in edges:
        edges[module].discard(module)
    for members in circles_of(edges):
        ties = [why[a, b] for a in members for b in members if b in edges[a]]
        yield f"a circle of {', '.join(members)}: {'; '.join(ties[:6])}"


def headers_that_lead_elsewhere(tree):
    if len(ELSEWHERE) > MOST_ELSEWHERE:
        yield f"{len(ELSEWHERE)} headers may lead elsewhere; {MOST_ELSEWHERE} at most"
    for file in tree.files:
        if not file.is_header or file.name in ELSEWHERE:
            continue
        for name in file.declared:
            sources = tree.definers.get(name, [])
            if sources and all(source.module != file.module for source in sources):
                yield f"{file.name} declares {name}(), which is defined in {sources[0].name}"


def declarations_in_sources(tree):
    for file in tree.files:
        if file.is_header:
            continue
        for name in file.declared:
            if any(source is not file for source in tree.definers.get(name, [])):
                yield f"{file.name} declares {name}() of {tree.definers[name][0].name} itself; include its header"


def large_folders(tree):
    count = collections.Counter(file.folder for file in tree.files if not file.is_header)
    for folder, sources in sorted(count.items()):
        if sources > MOST_SOURCES and folder not in MAY_HAVE_MORE_SOURCES:
            yield f"{folder} has {sources} source files; {MOST_SOURCES} at most"


def meson_files(root, files, tree):
    for path in files:
        name = str(path.relative_to(root))
        if path.name != "meson.build" or not any(inside(name, top) for top in FOLDERS + ["nn"]):
            continue
        text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8"))
        for source in re.findall(r"'([^'\n]*\.[ch])'", text):
            own = source == pathlib.PurePath(source).name and (path.parent / source).is_file()
            if not own and pathlib.PurePath(source).name in tree.by_name:
                yield f"{name} names {source}, which is a file of another folder"


def check(root, files):
    tree = Tree(root, files)
    if not tree.files:
        yield f"{root} holds no source tree"
    yield from against_the_order(tree)
    yield from circles(tree)
    yield from headers_that_lead_elsewhere(tree)
    yield from declarations_in_sources(tree)
    yield from large_folders(tree)
    yield from meson_files(root, files, tree)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    root = parser.parse_args().root.resolve()
    problems = list(check(root, load_check_tree().tracked_files(root)))
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

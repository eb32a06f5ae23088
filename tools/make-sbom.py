#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes what a build is made of as a software bill of materials in SPDX 2.3's JSON.

    make-sbom.py BUILD-FOLDER [--output FILE]

`meson compile -C build sbom` runs it. The packages are the libraries that Meson found and linked, with their versions. The document has
no time of its own: it takes SOURCE_DATE_EPOCH, or the time of the last commit, so that two runs give the same bytes.
"""

import argparse
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
INTERNAL = {"threads", "gmodule-export-2.0"}


def introspect(build, what):
    info = build / "meson-info" / f"intro-{what}.json"
    if not info.is_file():
        sys.exit(f"{build} is no Meson build folder: {info} is missing")
    return json.loads(info.read_text(encoding="utf-8"))


def created():
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        done = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "log", "-1", "--format=%ct"], capture_output=True, text=True)
        epoch = done.stdout.strip() if done.returncode == 0 and done.stdout.strip() else "0"
    return datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def identifier(name):
    return "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path)
    arguments = parser.parse_args()
    project = introspect(arguments.build, "projectinfo")
    found = {}
    for dependency in introspect(arguments.build, "dependencies"):
        name, version = dependency["name"], dependency.get("version") or "unknown"
        if name and name not in INTERNAL and dependency.get("type") != "internal":
            found[name] = version
    me = identifier(project["descriptive_name"])
    packages = [{
        "name": project["descriptive_name"], "SPDXID": me, "versionInfo": project["version"], "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False, "licenseConcluded": "LGPL-2.1-or-later", "licenseDeclared": "LGPL-2.1-or-later", "copyrightText": "NOASSERTION",
    }]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": me, "relationshipType": "DESCRIBES"}]
    for name, version in sorted(found.items()):
        packages.append({
            "name": name, "SPDXID": identifier(name), "versionInfo": version, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
        })
        relations.append({"spdxElementId": me, "relatedSpdxElement": identifier(name), "relationshipType": "DYNAMIC_LINK"})
    digest = hashlib.sha256(json.dumps(packages, sort_keys=True).encode()).hexdigest()
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"{project['descriptive_name']}-{project['version']}",
        "documentNamespace": f"https://spdx.org/spdxdocs/{project['descriptive_name']}-{project['version']}-{digest}",
        "creationInfo": {"created": created(), "creators": ["Tool: make-sbom.py"]}, "packages": packages, "relationships": relations,
    }
    text = json.dumps(document, indent=2) + "\n"
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()

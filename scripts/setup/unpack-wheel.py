"""Unpacks parts of a wheel: unpack-wheel.py WHEEL FOLDER RULES

RULES is JSON: [{"from": "package/file-or-folder/", "to": "where/", "optional": false}, ...]. The first rule that fits a member
decides. Members are streamed, since one library can be larger than the memory of a small computer. Prints "progress DONE TOTAL"
in bytes. It does not guard against a wheel that was changed on purpose: the caller has compared its hash.
"""

import json
import os
import posixpath
import sys
import zipfile

CHUNK = 4 << 20


def target_of(name, rules):
    """Where a member goes, with the number of the rule that says so; None when it is not kept."""
    for number, rule in enumerate(rules):
        source = rule["from"]
        if name == source:
            return number, rule["to"]
        if source.endswith("/") and name.startswith(source):
            return number, rule["to"] + name[len(source):]
    return None


def refuse_escape(name):
    """A member must stay below the folder: no absolute names, no "..", no other system's separators."""
    parts = name.split("/")
    if posixpath.isabs(name) or ".." in parts or "\\" in name or ":" in parts[0]:
        raise SystemExit('Refused: the member "%s" would be written outside of the folder.' % name)


def unpack(wheel, folder, rules):
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            refuse_escape(info.filename)
        kept = []
        used = set()
        for info in archive.infolist():
            found = None if info.is_dir() else target_of(info.filename, rules)
            if found:
                used.add(found[0])
                kept.append((info, found[1]))
        for number, rule in enumerate(rules):
            if number not in used and not rule.get("optional"):
                raise SystemExit('Expected "%s" in the wheel, and it has no such member.' % rule["from"])
        total = sum(info.file_size for info, _ in kept)
        done = 0
        for info, name in kept:
            target = os.path.join(folder, *name.split("/"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(info) as source, open(target, "wb") as output:
                while True:
                    chunk = source.read(CHUNK)
                    if not chunk:
                        break
                    output.write(chunk)
                    done += len(chunk)
                    print("progress %d %d" % (done, total), flush=True)
            # zipfile drops permissions; programs beside the libraries (ptxas) must stay executable.
            if (info.external_attr >> 16) & 0o111:
                os.chmod(target, 0o755)


if __name__ == "__main__":
    unpack(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))

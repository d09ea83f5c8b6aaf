"""Completes the bill of materials that cyclonedx-bom has made of a production install, on stdin; see `make sbom`.

The program becomes what the bill is about, and the files that its pages load are added. Nothing here depends on the
time or on chance: the same lock on the same platform and Python gives the same bytes.
"""

import json
import sys
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply.vendored import SHIPPED, Vendored, listed

OURS = "autochargesaver"


def completed(bill: dict[str, Any]) -> dict[str, Any]:
    (ours,) = [one for one in bill["components"] if one["name"] == OURS]
    about = ours | {"type": "application"}
    del about["externalReferences"]  # the folder that it was installed from
    bill["metadata"]["component"] = about
    bill["components"] = [one for one in bill["components"] if one is not ours]
    files = [_component(one) for one in listed(SHIPPED)]
    bill["components"] += files
    (needs,) = [one for one in bill["dependencies"] if one["ref"] == ours["bom-ref"]]
    needs["dependsOn"] = sorted([*needs.get("dependsOn", []), *(one["bom-ref"] for one in files)])
    bill["dependencies"] += [{"ref": one["bom-ref"]} for one in files]
    return bill


def _component(one: Vendored) -> dict[str, Any]:
    hashes = {"hashes": [{"alg": "SHA-256", "content": one.sha256}]} if one.file else {}
    licences = [{"license": {"id": one.licence}}]
    about = {"name": one.package, "version": one.version, "purl": one.purl, "licenses": licences}
    return {"type": "library", "bom-ref": one.purl, **about, **hashes}


if __name__ == "__main__":
    text = json.dumps(completed(json.load(sys.stdin)), indent=2, sort_keys=True)
    if trouble := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"This is no valid CycloneDX: {trouble}")
    print(text)

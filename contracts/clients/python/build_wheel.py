"""Builds the wheel of the SDK with the standard library alone (PEP 517), so that `pip install` of this folder loads no build tools."""
import base64
import hashlib
import pathlib
import re
import zipfile

HERE = pathlib.Path(__file__).parent


def _field(name):
    return re.search(rf'^{name} = "(.*)"$', (HERE / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]


def _requirements():
    listed = re.search(r"^dependencies = \[(.*)\]$", (HERE / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]
    return "".join(f"Requires-Dist: {needed}\n" for needed in re.findall(r'"(.*?)"', listed))


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = f"{_field('name').replace('-', '_')}-{_field('version')}"
    files = {module.name: module.read_bytes() for module in sorted(HERE.glob("trading_*.py"))}
    files[f"{name}.dist-info/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {_field('name')}\nVersion: {_field('version')}\nSummary: {_field('description')}\n"
        f"Requires-Python: {_field('requires-python')}\n{_requirements()}").encode()
    files[f"{name}.dist-info/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: build_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = "".join(f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n" for path, content in files.items())
    files[f"{name}.dist-info/RECORD"] = f"{record}{name}.dist-info/RECORD,,\n".encode()
    file = f"{name}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / file, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
    return file

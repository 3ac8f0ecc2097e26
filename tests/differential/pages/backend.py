"""The build backend of the test's sdists: a wheel of nothing but metadata."""
import os
import zipfile


def _folder():
    for line in open("PKG-INFO", encoding="utf-8"):
        key, _, value = line.strip().partition(": ")
        if key == "Name":
            name = value.replace("-", "_")
        if key == "Version":
            return f"{name}-{value}"


def _files():
    wheel = "Wheel-Version: 1.0\nGenerator: backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return {"METADATA": open("PKG-INFO", encoding="utf-8").read(), "WHEEL": wheel, "RECORD": ""}


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = _folder() + ".dist-info"
    os.mkdir(os.path.join(metadata_directory, folder))
    for name, text in _files().items():
        with open(os.path.join(metadata_directory, folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    filename = _folder() + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, filename), "w") as wheel:
        for name, text in _files().items():
            wheel.writestr(f"{_folder()}.dist-info/{name}", text)
    return filename

"""What runs at night: new entries into a bundle, the service reloads it, and the answers are checked."""

from pathlib import Path

from catalog_tools.build import build_bundle
from catalog_tools.build.update import update_bundle
from edge_er import BundleError, EntityResolver


def main(bundle: Path) -> None:
    build_bundle([{"id": "1", "name": "Kiss FM"}], bundle, lang="es", measure=False)
    resolver = EntityResolver.load(bundle)
    before: str = resolver.manifest["manifest_sha256"]
    update_bundle(bundle, add=[{"id": "2", "name": "Radio Clásica"}])
    try:
        resolver.reload()
    except BundleError as error:
        print("the old one goes on answering:", error)
    after = resolver.manifest["manifest_sha256"]
    explained = resolver.explain("pon radio clasica")
    print(before != after, "2" in resolver, resolver.selftest(), explained[0].form)
    vectors = resolver.encode(["kiss fm"])
    print(vectors.shape, vectors.dtype)


if __name__ == "__main__":
    main(Path("radio"))

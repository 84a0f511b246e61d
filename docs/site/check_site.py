"""Whether all links of the built site lead somewhere: python3 check_site.py FOLDER

Every link to a file in the site has its file, and its element if it names one. Nothing is loaded from the network: no scripts, style
sheets, fonts or pictures. Debian's mkdocs brings Python with it.
"""

import html.parser
import pathlib
import re
import sys
import urllib.parse

LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "srcset")}


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(errors="replace"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)
            if name in ("href", "src", "srcset") and value:
                self.links.append((tag, name, value))


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    pages = {path: Page(path) for path in root.rglob("*.html")}
    faults = []
    for path, page in pages.items():
        for tag, name, link in page.links:
            target = urllib.parse.urlsplit(link)
            if target.scheme or target.netloc:
                if (tag, name) in LOADED and target.scheme not in ("data", "javascript"):
                    faults.append(f"{path}: loads {link}")
                continue
            file = (path.parent / urllib.parse.unquote(target.path)).resolve() if target.path else path
            if file.is_dir():
                file = file / "index.html"
            if not file.exists():
                faults.append(f"{path}: {link}: there is no such file")
            elif target.fragment and file in pages and urllib.parse.unquote(target.fragment) not in pages[file].anchors:
                faults.append(f"{path}: {link}: there is no such place")
    for path in root.rglob("*.css"):
        for link in re.findall(r"url\(['\"]?(https?:[^)]*)", path.read_text(errors="replace")):
            faults.append(f"{path}: loads {link}")
    print("\n".join(faults) or f"{len(pages)} pages, all links lead somewhere")
    sys.exit(1 if faults or len(pages) < 100 else 0)


if __name__ == "__main__":
    main()

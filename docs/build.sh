#!/usr/bin/env bash
# Builds the manual and the reference of the public headers as a site: docs/build.sh [FOLDER], build/site by default. Installs MkDocs
# and Doxygen where they are missing. The pages are those of docs/, README.md and CONTRIBUTING.md.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
site=$(realpath -m "${1:-$root/build/site}")
work=$site.work
cd "$root"

"$root/cmake/packages.sh" mkdocs python3-pygments doxygen
rm -rf "$work" "$site"
mkdir -p "$work/pages" "$site"

# The reference. Doxygen's warnings are errors.
{ cat docs/site/Doxyfile; echo "OUTPUT_DIRECTORY = \"$work\""; } | doxygen -

# The pages, with the links that they have in the site.
cp docs/*.md docs/*.svg docs/*.png "$work/pages"
cp -r docs/losses docs/examples "$work/pages"
cp docs/site/manual.css "$work/pages"
cp README.md "$work/pages/overview.md"
cp CONTRIBUTING.md "$work/pages/contributing.md"
cp -r docs/site/theme "$work"
sed -i -e 's|](docs/README\.md|](README.md|g; s|](docs/|](|g' -e 's|](CONTRIBUTING\.md|](contributing.md|g' "$work/pages/overview.md"
for page in "$work"/pages/*.md; do
  sed -i -E -e 's@\]\(\.\./README\.md@](overview.md@g; s@\]\(\.\./CONTRIBUTING\.md@](contributing.md@g' \
    -e 's@\[([^]]*)\]\((\.\./)?(tests|apps|src|data|cmake)/[^)]*\)@\1@g' \
    -e 's@^<table>$@<table class="pair" markdown="1">@; s@^<(tr|td)>$@<\1 markdown="1">@' "$page"
  # A header is a page of the reference.
  for header in $(grep -oE '\]\((\.\./)?include/[^)]*\)' "$page" | sed -E 's@^\]\((.*)\)$@\1@' | sort -u); do
    name=$(basename "$header")
    name=${name//_/__}
    name=api/${name//./_8}.html
    [ -e "$work/$name" ] || { echo "$page: the reference has no $name" >&2; exit 1; }
    sed -i "s|]($header)|]($name)|g" "$page"
  done
done
{
  cat docs/site/mkdocs.yml
  echo "nav:"
  echo "  - 'Contents': README.md"
  sed -nE "s@^- \[([^]]*)\]\(([a-z_]+\.md)\).*@\1|\2@p" docs/README.md | tr -d '\140' | sed -E "s@(.*)\|(.*)@  - '\1': \2@"
  echo "  - 'On one page': overview.md"
  echo "  - 'Contributing': contributing.md"
  echo "  - 'Reference': api/index.html"
} > "$work/mkdocs.yml"
mkdocs build --quiet --config-file "$work/mkdocs.yml" --site-dir "$site"
# Options in inline code, which browsers would break between their dashes.
perl -pi -e 's{<code>([^<\n]+)</code>}{"<code>" . $1 =~ s{(?<![^ ])(-[^ ]+)}{<span class="option">$1</span>}gr . "</code>"}ge' "$site"/*.html
# The index of words as a script, which pages that are opened as files may load.
{ printf 'const search_index = '; cat "$site/search/search_index.json"; } > "$site/search_index.js"
rm -r "$site/search" "$site/sitemap.xml"*
# Doxygen links to lists of nested classes that it leaves out, being private.
grep -rl 'href="#nested-classes"' "$work/api" | xargs grep -L 'name="nested-classes"' |
  xargs -r sed -i 's@<a href="#nested-classes">Classes</a>\( *&#124;\)\?@@'
cp -r "$work/api" "$site/api"
rm -rf "$work"
echo "The site: $site/index.html"

/** What keyboards and screen readers miss in the pages that mkdocs-material makes. */
document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
for (const each of document.querySelectorAll("th:empty")) each.replaceWith(document.createElement("td"));

const SCROLLING = ".md-typeset__scrollwrap, pre > code";
const sizes = new ResizeObserver(mend);
const watched = new WeakSet();

/** What scrolls sideways can be reached by keyboard, on a phone too, where the theme takes that away. */
function mend() {
  for (const each of document.querySelectorAll("nav.md-code__nav")) each.setAttribute("role", "presentation");
  for (const each of document.querySelectorAll(SCROLLING)) {
    if (!watched.has(each)) sizes.observe(each);
    watched.add(each);
    if (each.scrollWidth > each.clientWidth && each.tabIndex !== 0) each.tabIndex = 0;
  }
}

// The theme wraps tables, and adds buttons to code, when it has started.
const changes = { childList: true, subtree: true, attributes: true, attributeFilter: ["tabindex"] };
new MutationObserver(mend).observe(document.body, changes);
mend();

// The page itself scrolls sideways, or something that does not scroll on its own sticks out.
() => {
  const width = document.documentElement.clientWidth, found = [];
  const main = document.querySelector('[data-testid="stMain"]');
  for (const element of [document.documentElement, main]) {
    const over = element.scrollWidth - element.clientWidth;
    if (over > 1) found.push(`${element.tagName} scrolls by ${over} px`);
  }
  const scrolls = (element) => {
    for (let e = element; e && e !== main; e = e.parentElement ?? e.getRootNode().host) {
      if (getComputedStyle(e).overflowX !== 'visible') return true;
    }
    return false;
  };
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) look(element.shadowRoot);
      const box = element.getBoundingClientRect();
      if (box.width && box.height && box.right > width + 1 && !scrolls(element)) {
        found.push(`${element.tagName} ${(element.innerText ?? '').slice(0, 40)}`);
      }
    }
  };
  look(main);
  return found.slice(0, 5);
}

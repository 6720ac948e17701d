// Text of what has the focus, also inside a component.
() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.innerText ?? '';
}

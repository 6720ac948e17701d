export default function (component) {
  const ui = begin(component);
  render(ui, chainView(ui.data.steps, ui.data.rates));
}

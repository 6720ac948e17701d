// Labels at the ends stay inside the drawing.
const anchor = (at) => (at < 0.08 ? 0 : at > 0.92 ? -100 : -50);

export default function (component) {
  const ui = begin(component);
  const { title, label, probability, bars, axis, target, target_label: targetLabel, sentence } = ui.data;
  const hits = bars.some(([, hit]) => hit);
  const name = [
    `Histogram of simulated outcomes${label ? `, ${label}` : ""}${probability ? `: ${probability}` : ""}.`,
    axis.length ? `Scale from ${axis[0][1]} to ${axis[axis.length - 1][1]}.` : "",
    hits ? "The outcomes that reach the target are in the accent colour." : "None of the outcomes drawn reaches the target.",
  ].filter(Boolean).join(" ");
  render(ui,
    title ? el("h2", { key: "title", text: title }) : null,
    label || probability ? el("p", { key: "figure", class: "figure" },
      label ? el("span", { class: "label", text: label }) : null, label && probability ? sr(": ") : null,
      probability ? el("span", { class: "value", text: probability }) : null) : null,
    el("div", { key: "plot", class: "plot", attrs: { role: "img", "aria-label": name } },
      el("div", { class: "bars" }, bars.map(([height, hit]) => el("i", {
        class: `${hit ? "hit" : ""}${height > 0 ? "" : " none"}`.trim(), attrs: { style: `height:${height * 100}%` },
      }))),
      el("div", { class: "scale" }, axis.map(([at, text]) => [
        el("i", { class: "tick", attrs: { style: `left:${at * 100}%` } }),
        el("span", { text, attrs: { style: `left:${at * 100}%;transform:translateX(${anchor(at)}%)` } }),
      ])),
      target === null ? null : el("div", { key: "target", class: `target${target > 0.7 ? " left" : ""}`, attrs: { style: `left:${target * 100}%` } },
        el("span", { text: targetLabel }))),
    sentence.length ? el("p", { key: "sentence", class: "sentence" },
      sentence.map(([text, strong]) => (strong ? el("b", { text }) : el("span", { text })))) : null);
}

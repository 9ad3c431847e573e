// Forms as short texts and back, for links. A form's own rules (least, greatest, its choices) judge what comes from a
// link, which anybody can have written.
"use strict";

/** What a form holds where it differs from how the page came: {name: text}. */
pmsl.readForm = (form) => {
  const values = {};
  for (const field of form.elements) {
    if (!field.name) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked && !field.defaultChecked) values[field.name] = [values[field.name], field.value].filter(Boolean).join(".");
    } else {
      const plain = field.options ? [...field.options].find((option) => option.defaultSelected) ?? field.options[0] : null;
      if (field.value !== (plain ? plain.value : field.defaultValue)) values[field.name] = field.value;
    }
  }
  return values;
};

/** Puts values into a form, and what is not given, or not allowed, back to how the page came. */
pmsl.fillForm = (form, values) => {
  form.reset();
  for (const field of form.elements) {
    const text = field.name && values[field.name];
    if (typeof text !== "string") continue;
    // Browsers complain of what is no number before they refuse it.
    if (["number", "range"].includes(field.type) && text !== "" && !Number.isFinite(Number(text))) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      if (text.split(".").includes(field.value)) field.checked = true;
      continue;
    }
    // A field that is switched off at the moment would let anything pass.
    const { value: before, disabled } = field;
    field.disabled = false;
    field.value = text;
    if (field.value !== text || !field.checkValidity()) field.value = before;
    field.disabled = disabled;
  }
};

/** Two fields as [least, greatest], in either order; undefined where both are empty. */
pmsl.rangeOf = (form, name, scale = 1) => {
  const [low, high] = ["min", "max"].map((end) => form.elements[`${name}-${end}`].value);
  if (low === "" && high === "") return undefined;
  const range = [low === "" ? 0 : Number(low) * scale, high === "" ? 1e9 : Number(high) * scale];
  return range.sort((a, b) => a - b);
};

//! JavaScript objects, made and read without a serializer.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// An object with these properties; undefined ones are left out.
pub(crate) fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties.iter().filter(|(_, value)| !value.is_undefined()) {
        set(&object, name, value);
    }
    object
}

/// Sets a property of an object that was made here, which cannot throw.
pub(crate) fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// A property; undefined where there is none, or nothing that has properties.
pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}

/// A finite number.
pub(crate) fn number(object: &JsValue, name: &str) -> Option<f64> {
    get(object, name).as_f64().filter(|value| value.is_finite())
}

/// A text.
pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// Whether a property is true.
pub(crate) fn flag(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}

/// The values of an array or typed array; none of anything else.
pub(crate) fn list(object: &JsValue, name: &str) -> Array {
    let value = get(object, name);
    if value.is_object() { Array::from(value.unchecked_ref::<Object>()) } else { Array::new() }
}

/// The finite numbers of an array or typed array, where there is one.
pub(crate) fn numbers(object: &JsValue, name: &str) -> Option<Vec<f64>> {
    let finite = |value: JsValue| value.as_f64().filter(|value| value.is_finite());
    get(object, name).is_object().then(|| list(object, name).iter().filter_map(finite).collect())
}

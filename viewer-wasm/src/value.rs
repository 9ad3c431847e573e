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

/// A property; undefined where there is none or nothing that has properties.
pub(crate) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}

/// Whether a property is true.
pub(crate) fn flag(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}

/// The finite numbers of an array or typed array.
pub(crate) fn numbers(object: &JsValue, name: &str) -> Option<Vec<f64>> {
    let value = get(object, name);
    (value.is_object())
        .then(|| Array::from(value.unchecked_ref::<Object>()))
        .map(|list| list.iter().filter_map(|v| v.as_f64()).filter(|v| v.is_finite()).collect())
}

//! JavaScript objects, made without a serializer.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// An object with these properties; undefined ones are left out.
pub(crate) fn object(properties: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in properties.iter().filter(|(_, value)| !value.is_undefined()) {
        // Setting a property of a new plain object cannot throw.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

//! JavaScript objects, made and read without a serializer.

use js_sys::{Object, Reflect, Uint32Array};
use wasm_bindgen::JsValue;

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

/// A text.
pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// Whether a property is true.
pub(crate) fn flag(object: &JsValue, name: &str) -> bool {
    get(object, name).is_truthy()
}

/// Track indices as a `Uint32Array`.
pub(crate) fn indices(tracks: &[usize]) -> JsValue {
    let tracks: Vec<u32> = tracks.iter().map(|&track| track as u32).collect();
    Uint32Array::from(&tracks[..]).into()
}

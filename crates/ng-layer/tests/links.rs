//! Laws of links and of the JSON in them.

use ng_layer::json::{self, Value};
use ng_layer::{PUBLIC_VIEWER, StateRef, ViewerState};
use proptest::prelude::*;

/// Any number that JSON can hold, the awkward ones often.
fn number() -> impl Strategy<Value = Value> {
    let finite = any::<f64>().prop_filter_map("JSON has no NaN and no infinity", |number| {
        serde_json::Number::from_f64(number).map(Value::Number)
    });
    let decimal = (any::<i32>(), -30_i32..30).prop_map(|(digits, exponent)| {
        let text = format!("{digits}e{exponent}");
        serde_json::from_str(&text).expect("a decimal is JSON")
    });
    prop_oneof![any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from), finite, decimal]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("layers".to_owned()),
        Just("position".to_owned()),
        "[0-9]{1,11}",
        "[a-zA-Z_&'\"^#%+ ]{0,6}",
        any::<String>()
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        any::<String>().prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::vec((key(), inner), 0..6).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

fn state() -> impl Strategy<Value = ViewerState> {
    prop::collection::vec((key(), value()), 0..6)
        .prop_map(|entries| ViewerState::from_object(entries.into_iter().collect()))
}

/// Text that comes close to a link: pieces of the grammar in any order.
fn near_link() -> impl Strategy<Value = String> {
    let pieces = [
        "#", "!", "+", "{", "}", "[", "]", "'", "\"", "\\", "_", "&", ",", ":", "%", "%7B", "%C2", "%F0%9F", "1e", "-",
        "0", "true", "a", "µ", "://", "https", "\n",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..24).prop_map(|pieces| pieces.concat())
}

fn read(url: &str) -> ViewerState {
    StateRef::from_url(url).unwrap_or_else(|error| panic!("{url}: {error}")).into_inline().expect("the state is inline")
}

proptest! {
    #[test]
    fn a_link_gives_its_state_back(state in state()) {
        let client = state.to_url(PUBLIC_VIEWER).unwrap();
        let python = state.to_python_url(PUBLIC_VIEWER).unwrap();
        prop_assert!(client.is_ascii() && python.is_ascii());
        prop_assert_eq!(&read(&client), &state);
        prop_assert_eq!(&read(&python), &state);
        prop_assert_eq!(read(&client).to_url(PUBLIC_VIEWER).unwrap(), client);
        prop_assert_eq!(read(&python).to_python_url(PUBLIC_VIEWER).unwrap(), python);
    }

    #[test]
    fn states_are_equal_exactly_if_the_viewer_writes_them_alike(a in value(), b in value()) {
        prop_assert!(json::same(&a, &a));
        prop_assert_eq!(json::same(&a, &b), json::to_client_string(&a) == json::to_client_string(&b));
    }

    #[test]
    fn both_spellings_and_the_pretty_one_are_json(value in value()) {
        for text in [json::to_client_string(&value), json::to_python_string(&value), json::to_pretty_string(&value)] {
            prop_assert!(json::same(&json::parse(&text).unwrap(), &value), "{}", text);
        }
    }

    #[test]
    fn reading_never_panics(text in prop_oneof![any::<String>(), near_link()]) {
        // Whether it is a link does not matter here, only that the answer is a value or an error with a message.
        for url in [text.clone(), format!("https://viewer.example.org/#!{text}")] {
            match StateRef::from_url(&url) {
                Ok(StateRef::Inline(state) | StateRef::Merge(state)) => {
                    let refused = state.check().is_err();
                    prop_assert!(!(refused && state.is_valid()), "{}", state);
                }
                Ok(_) => {}
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn typed_keys_never_panic(state in state()) {
        drop(state.check());
        drop(state.layers());
        drop(state.validate());
    }
}

#[test]
fn remote_states_keep_their_address() {
    let address = "https://data.example.org/state.json?a=1#b";
    let read = StateRef::from_url(&format!("{PUBLIC_VIEWER}/#!{address}")).unwrap();
    assert_eq!(read, StateRef::Remote(address.to_owned()));
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let url = format!("https://h/#!{{'a':{}", "[".repeat(100_000));
    assert!(StateRef::from_url(&url).is_err());
}

//! As much of JSON as the control API needs; nothing else is depended on.

use std::iter::Peekable;
use std::str::Chars;

/// A value; numbers and switches stay text.
#[derive(Debug, PartialEq)]
pub enum Value {
    Null,
    Text(String),
    Number(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(pairs) => pairs.iter().find(|pair| pair.0 == name).map(|pair| &pair.1),
            _ => None,
        }
    }

    /// Returns the text that a field has; an empty one if it has none.
    pub fn text(&self, name: &str) -> String {
        match self.get(name) {
            Some(Value::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }
}

/// Returns an object of texts.
pub fn object(pairs: &[(&str, &str)]) -> String {
    let fields = pairs
        .iter()
        .map(|(name, value)| format!("{}:{}", quoted(name), quoted(value)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|each| match each {
        '"' | '\\' => format!("\\{each}"),
        '\u{0}'..='\u{1f}' => format!("\\u{:04x}", u32::from(each)),
        _ => each.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Returns the value that a text is, None if it is none.
pub fn parse(text: &str) -> Option<Value> {
    let mut rest = text.chars().peekable();
    let value = read(&mut rest)?;
    blank(&mut rest);
    rest.peek().is_none().then_some(value)
}

type Rest<'a> = Peekable<Chars<'a>>;

fn read(rest: &mut Rest) -> Option<Value> {
    blank(rest);
    match rest.peek()? {
        '"' => string(rest).map(Value::Text),
        '[' => list(rest, ']', read).map(Value::List),
        '{' => list(rest, '}', field).map(Value::Object),
        _ => word(rest),
    }
}

fn blank(rest: &mut Rest) {
    while rest.next_if(|each| each.is_ascii_whitespace()).is_some() {}
}

fn word(rest: &mut Rest) -> Option<Value> {
    let mut text = String::new();
    while let Some(each) =
        rest.next_if(|each| each.is_ascii_alphanumeric() || "+-.".contains(*each))
    {
        text.push(each);
    }
    match text.as_str() {
        "" => None,
        "null" => Some(Value::Null),
        _ => Some(Value::Number(text)),
    }
}

fn field(rest: &mut Rest) -> Option<(String, Value)> {
    blank(rest);
    let name = string(rest)?;
    blank(rest);
    rest.next_if_eq(&':')?;
    Some((name, read(rest)?))
}

fn list<T>(rest: &mut Rest, end: char, item: fn(&mut Rest) -> Option<T>) -> Option<Vec<T>> {
    rest.next();
    let mut items = Vec::new();
    blank(rest);
    if rest.next_if_eq(&end).is_some() {
        return Some(items);
    }
    loop {
        items.push(item(rest)?);
        blank(rest);
        match rest.next()? {
            ',' => continue,
            each if each == end => return Some(items),
            _ => return None,
        }
    }
}

fn string(rest: &mut Rest) -> Option<String> {
    rest.next_if_eq(&'"')?;
    let mut text = String::new();
    loop {
        match rest.next()? {
            '"' => return Some(text),
            '\\' => text.push(escape(rest)?),
            each => text.push(each),
        }
    }
}

fn escape(rest: &mut Rest) -> Option<char> {
    Some(match rest.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => unicode(rest)?,
        each => each,
    })
}

fn unicode(rest: &mut Rest) -> Option<char> {
    let first = unit(rest)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    rest.next_if_eq(&'\\')?;
    rest.next_if_eq(&'u')?;
    let low = unit(rest)?.checked_sub(0xdc00)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)
}

fn unit(rest: &mut Rest) -> Option<u32> {
    let digits: String = rest.by_ref().take(4).collect();
    u32::from_str_radix(&digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_api_says_is_read() {
        let value =
            parse(" {\"a\": [1, null, \"\\u00e9\\ud83d\\ude00\\n\\\"\"], \"b\": {}} ").unwrap();
        let items = value.get("a").unwrap().items();
        assert_eq!(items[0], Value::Number("1".into()));
        assert_eq!(items[1], Value::Null);
        assert_eq!(items[2], Value::Text("é😀\n\"".into()));
        assert_eq!(value.get("b"), Some(&Value::Object(vec![])));
        assert_eq!(value.text("none"), "");
    }

    #[test]
    fn what_is_no_json_is_none() {
        for text in [
            "",
            "{",
            "{\"a\" 1}",
            "[1,]",
            "\"a",
            "1 2",
            "<html>",
            "\"\\ud83d\"",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = object(&[("a\"b", "c\\d\n"), ("é", "")]);
        assert_eq!(parse(&text).unwrap().text("a\"b"), "c\\d\n");
    }
}

//! A sheet of settings being read: what is wrong is collected, so that it can be told at once.

use std::{collections::BTreeMap, fmt::Display, ops::RangeInclusive};

use toml::{Table, Value};

use crate::words::start::{Mistake, Mistakes, StartError};

/// What is left to read, and what was wrong so far.
pub(super) struct Sheet {
    file: Table,
    environment: BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

/// A value as it was written, and where.
struct Written {
    place: String,
    value: Value,
    /// The environment knows only text.
    from_environment: bool,
}

const PREFIX: &str = "SAOMA_";

/// Variables that stand for arguments of commands, not for settings.
const OF_COMMANDS: [&str; 1] = ["SAOMA_CONFIG"];

impl Sheet {
    pub(super) fn new(text: &str, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut mistakes = Vec::new();
        let file = text.parse().unwrap_or_else(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| {
                let before = text.get(..span.start).unwrap_or_default();
                1 + before.matches('\n').count()
            });
            mistakes.push(Mistake {
                place: format!("line {line}"),
                what: error.message().to_owned(),
            });
            Table::new()
        });
        let environment = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        Self {
            file,
            environment,
            mistakes,
        }
    }

    /// A text that means something.
    pub(super) fn text<T>(
        &mut self,
        key: &str,
        default: &str,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let Some(written) = self.take(key) else {
            return read(default).ok();
        };
        let Value::String(text) = written.value else {
            return self.mistake(&written.place, "should be a text in quotes");
        };
        match read(&text) {
            Ok(value) => Some(value),
            Err(what) => self.mistake(&written.place, what),
        }
    }

    /// A list of texts, at least one.
    pub(super) fn list<T>(
        &mut self,
        key: &str,
        default: &[&str],
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<Vec<T>> {
        let Some(written) = self.take(key) else {
            return default.iter().map(|item| read(item).ok()).collect();
        };
        let Some(items) = written.items().filter(|items| !items.is_empty()) else {
            return self.mistake(&written.place, "should be a list of texts, at least one");
        };
        self.each(&written.place, &items, read)
    }

    /// A list of texts, perhaps of none, which is its default.
    pub(super) fn list_or_none<T>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<Vec<T>> {
        let Some(written) = self.take(key) else {
            return Some(Vec::new());
        };
        let Some(items) = written.items() else {
            return self.mistake(&written.place, "should be a list of texts");
        };
        self.each(&written.place, &items, read)
    }

    fn each<T>(
        &mut self,
        place: &str,
        items: &[String],
        read: impl Fn(&str) -> Result<T, &'static str>,
    ) -> Option<Vec<T>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match read(item) {
                Ok(value) => values.push(value),
                Err(what) => return self.mistake(place, what),
            }
        }
        Some(values)
    }

    /// A whole number within bounds.
    pub(super) fn number<N>(
        &mut self,
        key: &str,
        default: N,
        bounds: RangeInclusive<N>,
    ) -> Option<N>
    where
        N: TryFrom<i64> + PartialOrd + Display,
    {
        let Some(written) = self.take(key) else {
            return Some(default);
        };
        let number = if written.from_environment {
            let text = written.value.as_str().unwrap_or_default();
            text.trim().parse().ok()
        } else {
            written.value.as_integer()
        };
        let value = number
            .and_then(|number| N::try_from(number).ok())
            .filter(|value| bounds.contains(value));
        if value.is_none() {
            let (least, most) = bounds.into_inner();
            let what = format!("should be a whole number from {least} to {most}");
            return self.mistake(&written.place, &what);
        }
        value
    }

    /// Tells every mistake, those included that nobody asked about: what is left is misspelt.
    pub(super) fn settle(mut self) -> Result<(), StartError> {
        let mut left = Vec::new();
        for (key, value) in &self.file {
            match value.as_table() {
                Some(table) => left.extend(table.keys().map(|name| format!("{key}.{name}"))),
                None => left.push(key.clone()),
            }
        }
        let misspelt = |name: &&String| !OF_COMMANDS.contains(&name.as_str());
        left.extend(self.environment.keys().filter(misspelt).cloned());
        for place in left {
            let _none: Option<()> = self.mistake(&place, "there is no such setting");
        }
        if self.mistakes.is_empty() {
            Ok(())
        } else {
            Err(StartError::Settings(Mistakes(self.mistakes)))
        }
    }

    /// Notes what is wrong at a place.
    pub(super) fn mistake<T>(&mut self, place: &str, what: &str) -> Option<T> {
        self.mistakes.push(Mistake {
            place: place.to_owned(),
            what: what.to_owned(),
        });
        None
    }

    /// Takes a value out of the sheet. The environment wins, and its value is never repeated: it
    /// may be a secret.
    fn take(&mut self, key: &str) -> Option<Written> {
        let in_file = match key.split_once('.') {
            None => self.file.remove(key),
            Some((section, name)) => {
                let table = self.file.get_mut(section).and_then(Value::as_table_mut);
                let value = table.and_then(|table| table.remove(name));
                let emptied = self.file.get(section).and_then(Value::as_table);
                if emptied.is_some_and(Table::is_empty) {
                    self.file.remove(section);
                }
                value
            }
        };
        let variable = format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase());
        match self.environment.remove(&variable) {
            Some(text) => Some(Written {
                place: variable,
                value: Value::String(text),
                from_environment: true,
            }),
            None => in_file.map(|value| Written {
                place: key.to_owned(),
                value,
                from_environment: false,
            }),
        }
    }
}

impl Written {
    /// The texts of a list; nothing if it is none.
    fn items(&self) -> Option<Vec<String>> {
        if self.from_environment {
            let text = self.value.as_str().unwrap_or_default().trim();
            let items = text.split(',').map(|item| item.trim().to_owned());
            // A variable without a value is a list without items.
            return Some(items.filter(|_any| !text.is_empty()).collect());
        }
        let items = self.value.as_array()?.iter();
        items.map(|item| item.as_str().map(str::to_owned)).collect()
    }
}

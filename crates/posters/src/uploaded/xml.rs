//! From bytes to a small tree: all limits, and everything of XML that a layout may not have.

use quick_xml::{
    Reader,
    escape::unescape,
    events::{BytesRef, BytesStart, Event},
};

use super::fault::{FaultKind, Faults, Position, quoted};

/// The longest file in bytes.
pub const LAYOUT_BYTES_MAX: usize = 2_000_000;
/// The most elements and pieces of text in a file.
pub const LAYOUT_NODES_MAX: usize = 20_000;
/// How deep elements may be nested.
pub const LAYOUT_DEPTH_MAX: usize = 64;
/// The most attributes of one element. Drawing programs write about twenty.
const ATTRIBUTES_MAX: usize = 64;

/// One element.
#[derive(Debug)]
pub(super) struct Node {
    /// Where it begins.
    pub(super) at: Position,
    /// Its name with its prefix.
    pub(super) name: String,
    /// Names and values, each name once.
    pub(super) attributes: Vec<(String, String)>,
    /// What it encloses.
    pub(super) children: Vec<Child>,
}

/// What an element encloses.
#[derive(Debug)]
pub(super) enum Child {
    /// An element.
    Node(Node),
    /// Words.
    Words(String),
}

impl Node {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.attributes.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The elements among the children.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Words(_) => None,
        })
    }
}

/// Reads a file; `None` when it is not read to its end, and then there is a fault that says why.
pub(super) fn read(bytes: &[u8], faults: &mut Faults) -> Option<Node> {
    if bytes.len() > LAYOUT_BYTES_MAX {
        let kind = FaultKind::TooLarge { bytes: bytes.len(), bytes_max: LAYOUT_BYTES_MAX };
        faults.add(None, kind);
        return None;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        let good = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        faults.add(Lines::new(good).position(good.len()), FaultKind::NotUtf8);
        return None;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut tree = Tree { lines: Lines::new(text), open: Vec::new(), root: None, nodes: 0 };
    match tree.read(text) {
        Ok(()) => {}
        Err((at, kind)) => {
            let at = tree.lines.position(at);
            faults.add(at, kind);
            return None;
        }
    }
    if tree.root.is_none() {
        faults.add(None, FaultKind::NotSvg);
    }
    tree.root
}

/// Counts lines while the file is read from its start to its end.
struct Lines<'a> {
    text: &'a str,
    counted: usize,
    at: Position,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, counted: 0, at: Position { line: 1, column: 1 } }
    }

    /// The position of a byte that is not before the one asked for last.
    fn position(&mut self, byte: usize) -> Position {
        for character in self.text.get(self.counted..byte).unwrap_or_default().chars() {
            self.at = match character {
                '\n' => Position { line: self.at.line + 1, column: 1 },
                _ => Position { column: self.at.column + 1, ..self.at },
            };
        }
        self.counted = self.counted.max(byte);
        self.at
    }
}

/// A fault and the byte at which it was found.
type Refusal = (usize, FaultKind);

/// The elements that are open and the one that is finished.
struct Tree<'a> {
    lines: Lines<'a>,
    open: Vec<Node>,
    root: Option<Node>,
    nodes: usize,
}

impl Tree<'_> {
    fn read(&mut self, text: &str) -> Result<(), Refusal> {
        let mut reader = Reader::from_str(text);
        loop {
            // Bounded by `LAYOUT_BYTES_MAX`.
            let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let refuse = |kind| Err((start, kind));
            match reader.read_event() {
                Ok(Event::Start(tag)) => self.begin(start, &tag)?,
                Ok(Event::Empty(tag)) => {
                    self.begin(start, &tag)?;
                    self.end();
                }
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(words)) => self.words(start, &words.xml10_content())?,
                Ok(Event::CData(words)) => self.words(start, &words.xml10_content())?,
                Ok(Event::GeneralRef(name)) => self.reference(start, &name)?,
                Ok(Event::Comment(_) | Event::Decl(_)) => {}
                Ok(Event::PI(what)) => {
                    return refuse(FaultKind::Instruction { name: quoted(what.target()) });
                }
                Ok(Event::DocType(_)) => return refuse(FaultKind::Doctype),
                Ok(Event::Eof) if self.open.is_empty() => return Ok(()),
                Ok(Event::Eof) => return refuse(not_xml("文件没有结束")),
                Err(error) => return refuse(not_xml(&error.to_string())),
            }
        }
    }

    fn count(&mut self, start: usize) -> Result<(), Refusal> {
        self.nodes += 1;
        if self.nodes > LAYOUT_NODES_MAX {
            return Err((start, FaultKind::TooManyNodes { nodes_max: LAYOUT_NODES_MAX }));
        }
        Ok(())
    }

    fn begin(&mut self, start: usize, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        self.count(start)?;
        if self.open.len() == LAYOUT_DEPTH_MAX {
            return Err((start, FaultKind::TooDeep { depth_max: LAYOUT_DEPTH_MAX }));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err((start, not_xml("有两个最外层元素")));
        }
        let name = tag.name().as_ref().to_owned();
        let attributes = attributes(tag).map_err(|kind| (start, kind))?;
        let at = self.lines.position(start);
        self.open.push(Node { at, name, attributes, children: Vec::new() });
        Ok(())
    }

    fn end(&mut self) {
        let Some(node) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Child::Node(node)),
            None => self.root = Some(node),
        }
    }

    /// References cut a text into pieces; they are put together again.
    fn words(&mut self, start: usize, words: &str) -> Result<(), Refusal> {
        match self.open.last_mut() {
            Some(Node { children, .. }) => match children.last_mut() {
                Some(Child::Words(before)) => before.push_str(words),
                _ => {
                    children.push(Child::Words(words.to_owned()));
                    self.count(start)?;
                }
            },
            None if words.trim().is_empty() => {}
            None => return Err((start, not_xml("最外层元素之外有文字"))),
        }
        Ok(())
    }

    fn reference(&mut self, start: usize, name: &BytesRef<'_>) -> Result<(), Refusal> {
        let entity = || (start, FaultKind::Entity { name: quoted(name) });
        let meant = unescape_one(name).ok_or_else(entity)?;
        self.words(start, meant.encode_utf8(&mut [0; 4]))
    }
}

/// The five entities of XML itself and characters by number.
fn unescape_one(name: &BytesRef<'_>) -> Option<char> {
    Some(match name.as_ref() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return name.resolve_char_ref().ok().flatten(),
    })
}

/// Each name once; without the reader's own check, whose time grows with the square of the number.
fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, FaultKind> {
    let mut list: Vec<(String, String)> = Vec::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| not_xml(&error.to_string()))?;
        if list.len() == ATTRIBUTES_MAX {
            let element = quoted(tag.name().as_ref());
            let attributes_max = ATTRIBUTES_MAX;
            return Err(FaultKind::TooManyAttributes { element, attributes_max });
        }
        let name = attribute.key.as_ref().to_owned();
        if list.iter().any(|(other, _)| *other == name) {
            return Err(not_xml(&format!("属性 {} 重复", quoted(&name))));
        }
        let entity = |_| FaultKind::Entity { name: entity_in(&attribute.value) };
        let value = unescape(&attribute.value).map_err(entity)?.into_owned();
        list.push((name, value));
    }
    Ok(list)
}

/// The first reference in a value that is not one of XML itself.
fn entity_in(value: &str) -> String {
    let names = value.split('&').skip(1).map(|after| after.split(';').next().unwrap_or(after));
    let unknown = |name: &&str| unescape_one(&BytesRef::new(*name)).is_none();
    quoted(names.into_iter().find(unknown).unwrap_or_default())
}

fn not_xml(why: &str) -> FaultKind {
    FaultKind::NotXml { why: quoted(why) }
}

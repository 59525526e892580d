//! What a layout may not have: anything that fetches, runs or moves, and what is not drawn here.

use super::{
    fault::{FaultKind, quoted},
    places::Id,
    reading::Reading,
    words,
    xml::Node,
};

impl Reading<'_> {
    /// A shape may hold its name and a description, and nothing that moves it.
    pub(super) fn note(&mut self, node: &Node) {
        match node.name.as_str() {
            "title" | "desc" | "metadata" => self.pass_over(node),
            name => self.refuse_element(node, name),
        }
    }

    /// What an element inside of a text may not have.
    pub(super) fn refuse_own(&mut self, node: &Node) {
        self.refuse_links(node);
        self.refuse_id(node);
    }

    /// Whether so many more characters of fixed words are allowed.
    pub(super) fn has_room(&mut self, node: &Node, chars: usize) -> bool {
        let left = self.chars_left.checked_sub(chars);
        if left.is_none() {
            let chars_max = words::CHARS_MAX;
            self.faults.add(node.at, FaultKind::TooManyWords { chars_max });
        }
        self.chars_left = left.unwrap_or(0);
        left.is_some()
    }

    /// What is not drawn may still not be dangerous where the file is downloaded again.
    pub(super) fn pass_over(&mut self, node: &Node) {
        self.refuse_links(node);
        self.refuse_id(node);
        let name = node.name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let harmless = ["title", "desc", "metadata"].contains(&name.as_str());
        if !harmless && todo(&name) != OTHERWISE {
            self.refuse_element(node, &name);
        }
        node.nodes().for_each(|child| self.pass_over(child));
    }

    /// Drawing programs write an empty list of definitions into every file.
    pub(super) fn definitions(&mut self, node: &Node) {
        node.nodes().for_each(|child| self.refuse_element(child, &child.name));
    }

    pub(super) fn refuse_element(&mut self, node: &Node, name: &str) {
        let todo = todo(name.to_ascii_lowercase().as_str());
        self.faults.add(node.at, FaultKind::Element { name: quoted(&node.name), todo });
    }

    /// Event handlers, and anything that fetches or runs something.
    pub(super) fn refuse_links(&mut self, node: &Node) {
        for (name, value) in &node.attributes {
            let local = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
            let is_namespace = name == "xmlns" || name.starts_with("xmlns:");
            if is_namespace {
                continue;
            }
            let compact: String = value.to_ascii_lowercase().split_whitespace().collect();
            let fetches = ["url(", "javascript:", "@import", "expression("];
            if local.starts_with("on") {
                self.faults.add(node.at, FaultKind::EventAttribute { name: quoted(name) });
            } else if ["href", "src", "base"].contains(&local.as_str())
                || fetches.iter().any(|word| compact.contains(word))
            {
                self.faults.add(node.at, FaultKind::Link { name: quoted(name) });
            }
        }
    }

    pub(super) fn refuse_id(&mut self, node: &Node) {
        if let Some(id) = place_id(node) {
            self.faults.add(node.at, FaultKind::PlaceNotRect { id: id.as_str() });
        }
    }
}

/// The id of a place that this element has.
pub(super) fn place_id(node: &Node) -> Option<Id> {
    let said = node.get("id")?;
    Id::ALL.into_iter().find(|id| id.as_str() == said)
}

const OTHERWISE: &str = "请转成路径或基本图形";

/// What to do about an element that is not drawn here.
fn todo(name: &str) -> &'static str {
    match name {
        "script" | "handler" | "foreignobject" | "iframe" | "object" | "embed" | "link" | "a"
        | "audio" | "video" | "animate" | "animatemotion" | "animatetransform" | "set" => {
            "版式里只能有图形和文字，请删去"
        }
        "image" => "请把图片描成矢量图形",
        "use" | "symbol" => "请取消克隆（断开链接）",
        "style" => "请把样式写在图形的属性里（导出时选“表示属性”）",
        "filter" | "mask" | "clippath" | "pattern" => "请改成普通图形，不用滤镜、蒙版、剪切、图案",
        "lineargradient" | "radialgradient" | "meshgradient" => "请改成单色",
        "svg" => "请不要嵌套 svg，改用编组 g",
        _ => OTHERWISE,
    }
}

//! Plain aligned tables for a terminal.

use crate::plain::{line, markdown};

/// Columns as wide as their widest cell; numbers to the right.
#[derive(Debug, Default)]
pub struct Table {
    head: Vec<&'static str>,
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A `>` before a column's name aligns it to the right.
    pub fn new(head: &[&'static str]) -> Self {
        Self {
            head: head.iter().map(|name| name.trim_start_matches('>')).collect(),
            right: head.iter().map(|name| name.starts_with('>')).collect(),
            rows: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(|cell| line(&cell.into())).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table with every line indented; each line ends in a newline.
    pub fn render(&self, indent: usize) -> String {
        let head: Vec<String> = self.head.iter().map(|name| (*name).to_owned()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&head).chain(&self.rows).collect();
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let mut out = String::new();
        for line in lines {
            let mut text = " ".repeat(indent);
            for ((cell, width), right) in line.iter().zip(&widths).zip(&self.right) {
                let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
                let (before, after) = if *right { (pad.as_str(), "") } else { ("", pad.as_str()) };
                text.push_str(before);
                text.push_str(cell);
                text.push_str(after);
                text.push_str("  ");
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }

    /// The same as a Markdown table, in which no cell is markup.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(self.head.iter().map(|name| (*name).to_owned()).collect());
        out.push_str(&line(self.right.iter().map(|right| if *right { "---:" } else { "---" }.to_owned()).collect()));
        for row in &self.rows {
            out.push_str(&line(row.iter().map(|cell| markdown(cell)).collect()));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_align_and_markdown_escapes() {
        let mut table = Table::new(&["who", ">units"]);
        table.row(["ada", "7"]);
        table.row(["b|c", "1,000"]);
        assert_eq!(table.render(1), " who  units\n ada      7\n b|c  1,000\n");
        assert_eq!(table.markdown(), "| who | units |\n| --- | ---: |\n| ada | 7 |\n| b&#124;c | 1,000 |\n");
    }
}

//! A workbook to be filled in: titles, cells that keep what is typed as text, choices to pick from.

use rust_xlsxwriter::{
    Color, DataValidation, Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError,
};

/// Rows that are prepared for typing.
const ROWS: u32 = 2_000;
/// The colour of the titles; that of the posters and pages.
const BRAND: Color = Color::RGB(0x0B_5C_AD);

/// A workbook to be filled in. Its first sheet is the list; the second explains; the third holds the
/// choices.
#[derive(Clone, Debug, Default)]
pub struct FillIn {
    /// Name of the sheet that is filled in.
    pub sheet: String,
    /// Its columns.
    pub columns: Vec<FillInColumn>,
    /// Name of the sheet that explains, and its lines.
    pub notes: (String, Vec<String>),
    /// Name of the sheet with the choices.
    pub choices: String,
}

/// One column.
#[derive(Clone, Debug, Default)]
pub struct FillInColumn {
    /// Its title.
    pub title: String,
    /// Its width in characters.
    pub width: f64,
    /// What can be picked; empty when anything may be typed.
    pub choices: Vec<String>,
}

impl FillIn {
    /// The workbook as a file.
    ///
    /// # Errors
    /// When it cannot be written; the program is broken then, not the input.
    pub fn bytes(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        self.list(book.add_worksheet())?;
        self.explain(book.add_worksheet())?;
        self.offer(book.add_worksheet())?;
        book.save_to_buffer()
    }

    fn list(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let title = Format::new()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(BRAND)
            .set_align(FormatAlign::VerticalCenter);
        // A telephone number typed into a cell without this loses its digits to an exponent.
        let text = Format::new().set_num_format("@");
        sheet.set_name(&self.sheet)?;
        sheet.set_row_height(0, 24)?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, column) in (0u16..).zip(&self.columns) {
            sheet.set_column_width(at, column.width)?;
            sheet.set_column_format(at, &text)?;
            sheet.write_with_format(0, at, &column.title, &title)?;
            if let Some(range) = self.range(usize::from(at)) {
                let rule = DataValidation::new()
                    .allow_list_formula(range)
                    .set_error_title("请从列表里选")?
                    .set_error_message("可选的内容在“选项”表里")?;
                sheet.add_data_validation(1, at, ROWS, at, &rule)?;
            }
        }
        Ok(())
    }

    /// Where the choices of a column stand.
    fn range(&self, column: usize) -> Option<Formula> {
        let choices = &self.columns.get(column)?.choices;
        let letters = crate::column_letters(u32::try_from(column).ok()?);
        let last = choices.len() + 1;
        let range = format!("='{}'!${letters}$2:${letters}${last}", self.choices);
        (!choices.is_empty()).then(|| Formula::new(range))
    }

    fn explain(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        sheet.set_name(&self.notes.0)?;
        sheet.set_column_width(0, 90)?;
        for (row, line) in (0u32..).zip(&self.notes.1) {
            sheet.write_with_format(row, 0, line, &wrapped)?;
        }
        Ok(())
    }

    fn offer(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name(&self.choices)?;
        for (at, column) in (0u16..).zip(&self.columns) {
            sheet.set_column_width(at, column.width)?;
            sheet.write(0, at, &column.title)?;
            for (row, choice) in (1u32..).zip(&column.choices) {
                sheet.write(row, at, choice)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Cell, Limits, Stop, Wanted, read};

    #[test]
    fn what_is_handed_out_can_be_read_back() {
        let column = |title: &str, choices: &[&str]| FillInColumn {
            title: title.into(),
            width: 20.0,
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
        };
        let book = FillIn {
            sheet: "申请".into(),
            columns: vec![column("门", &[]), column("县区", &["颍州区", "颍东区"])],
            notes: ("填写说明".into(), vec!["一行一个门。".into()]),
            choices: "选项".into(),
        };
        let limits = Limits {
            rows_max: 10,
            cells_max: 100,
            text_bytes_max: 10_000,
            unpacked_bytes_max: 1 << 20,
        };
        let sheet = |sheet| {
            let wanted = Wanted { sheet, limits, fit: &|_| 0 };
            read(book.bytes().unwrap(), &wanted, &Stop::default()).unwrap().table.rows
        };
        let first = sheet(None);
        assert_eq!(first.len(), 1, "nothing is filled in beforehand");
        assert_eq!(first[0].cells, [Cell::Text("门".into()), Cell::Text("县区".into())]);
        assert_eq!(sheet(Some("选项"))[2].cells[1], Cell::Text("颍东区".into()));
        assert_eq!(sheet(Some("填写说明"))[0].cells[0], Cell::Text("一行一个门。".into()));
    }
}

//! Markdown tables and the statistics in them.

/// A table that grows row by row.
#[derive(Debug)]
pub struct Table(String);

impl Table {
    /// A table with these columns; those whose name starts with `#` hold numbers.
    pub fn new(columns: &[&str]) -> Self {
        let names: Vec<&str> = columns
            .iter()
            .map(|name| name.trim_start_matches('#'))
            .collect();
        let rules: Vec<&str> = columns
            .iter()
            .map(|name| if name.starts_with('#') { "---:" } else { "---" })
            .collect();
        Self(format!(
            "| {} |\n| {} |\n",
            names.join(" | "),
            rules.join(" | ")
        ))
    }

    /// One more row.
    pub fn row(&mut self, cells: &[String]) {
        self.0.extend(["| ", &cells.join(" | "), " |\n"]);
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

/// The middle of the values, or the mean of the two in the middle; not a number for none.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => f64::midpoint(values[count / 2 - 1], values[count / 2]),
    }
}

/// Every item once, in the order in which they come first.
pub fn distinct<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// A number with so many decimals; nothing for none.
pub fn number(value: f64, decimals: usize) -> String {
    if value.is_finite() {
        format!("{value:.decimals$}")
    } else {
        String::new()
    }
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// KiB as MiB with one decimal.
#[expect(
    clippy::cast_precision_loss,
    reason = "memory sizes are far below 2^52"
)]
pub fn mebibytes(kib: u64) -> String {
    format!("{:.1}", kib as f64 / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "exact by construction")]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }

    #[test]
    fn groups_of_three() {
        assert_eq!(
            ["0", "999", "1,000", "12,345,678"].map(str::to_owned),
            [0, 999, 1000, 12_345_678].map(grouped)
        );
    }

    #[test]
    fn rows_below_a_head() {
        let mut table = Table::new(&["name", "#count"]);
        table.row(&["a".into(), "1".into()]);
        assert_eq!(
            table.finish(),
            "| name | count |\n| --- | ---: |\n| a | 1 |\n"
        );
    }
}

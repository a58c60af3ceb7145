//! The fenced code blocks of a Markdown file.

/// One block: the word after the opening fence, and the lines inside, without spaces at their ends.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fence<'a> {
    pub(crate) language: &'a str,
    pub(crate) lines: Vec<&'a str>,
}

pub(crate) fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut fences = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```").collect();
            fences.push(Fence { language, lines: inside });
        }
    }
    fences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_split_and_prose_is_left_out() {
        let text = "a\n```sh\none\n  two \n```\nb\n```\nthree\n```\n";
        let first = Fence { language: "sh", lines: vec!["one", "two"] };
        let second = Fence { language: "", lines: vec!["three"] };
        assert_eq!(fences(text), [first, second]);
    }
}

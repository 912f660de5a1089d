"""In "as Nielsen (2015) says" the name is part of the link: a link called "2015" tells nobody where it leads."""

from dataclasses import dataclass

from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle
from sphinxcontrib.bibtex.style.referencing.basic_author_year import BasicAuthorYearTextualReferenceStyle
from sphinxcontrib.bibtex.style.template import join, join2, post_text, pre_text, reference, year


class Linked(BasicAuthorYearTextualReferenceStyle):
    def inner(self, role_name):
        author = self.person.author_or_editor_or_title(full="s" in role_name)
        within = join2(sep1=self.pre_text_sep, sep2=self.post_text_sep)[pre_text, year, post_text]
        return reference[join(sep=self.text_reference_sep)[author, join[self.bracket.left, within, self.bracket.right]]]


@dataclass
class LinkedAuthorYear(AuthorYearReferenceStyle):
    def __post_init__(self):
        super().__post_init__()
        linked = Linked(bracket=self.bracket_textual, person=self.person)
        self.role_style.update(dict.fromkeys(linked.role_names(), linked))


def setup(app):
    register_plugin("sphinxcontrib.bibtex.style.referencing", "linked_author_year", LinkedAuthorYear)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

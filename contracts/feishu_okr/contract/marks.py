"""Where the values of a YAML text stand."""

import yaml
import yamlcore

Marks = dict[tuple[str, ...], tuple[int, int]]


def marks_of(text: str) -> Marks:
    """Give line and column of every value, by the keys and indices that lead to it.

    Args:
        text: YAML or JSON that can be read; of JSON with control characters only the whole has a place.
    """
    marks: Marks = {(): (1, 1)}
    try:
        node = yaml.compose(text, Loader=yamlcore.CCoreLoader)
    except yaml.YAMLError:  # JSON may hold characters that YAML may not
        return marks
    if node is not None:
        _mark(node, (), marks)
    return marks


def _mark(node: yaml.Node, at: tuple[str, ...], marks: Marks) -> None:
    marks[at] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _mark(value, (*at, str(key.value)), marks)
            marks[(*at, str(key.value))] = (key.start_mark.line + 1, key.start_mark.column + 1)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _mark(value, (*at, str(index)), marks)

"""Request bodies as they are compared, by their media types."""

from mitmvcr.core.bodies.carried import payload, says, without_codings
from mitmvcr.core.bodies.compared import (
    BodyRules,
    body_key,
    canonical,
    counted_fields,
    json_value,
    request_body_keys,
    shortened,
    typed_body,
)
from mitmvcr.core.bodies.forms import form_fields, is_form
from mitmvcr.core.bodies.jsontext import (
    OpenedList,
    OpenedObject,
    closed,
    ending,
    json_bytes,
    json_texts,
    text_spelling,
)
from mitmvcr.core.bodies.lineends import fold_escapes, folded
from mitmvcr.core.bodies.multipart import field_name, in_one_order, multipart_parts
from mitmvcr.core.bodies.outlines import Outlines
from mitmvcr.core.bodies.protobuf import (
    field_number,
    frame_messages,
    framed,
    from_base64,
    held_field,
    held_text,
    tagged_fields,
    varint,
    wire_fields,
)
from mitmvcr.core.bodies.xml import canonical_xml, without_message_ids, xmlrpc_call
from mitmvcr.core.bodies.xml import parsed as parsed_xml

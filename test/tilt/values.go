package main

import (
	"fmt"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
	"sigs.k8s.io/yaml"
)

// blob is text that is content and not a path.
type blob string

func (b blob) String() string        { return string(b) }
func (blob) Type() string            { return "blob" }
func (blob) Freeze()                 {}
func (b blob) Truth() starlark.Bool  { return b != "" }
func (b blob) Hash() (uint32, error) { return starlark.String(b).Hash() }

// words is an argument that may be one string or a list of them.
type words []string

func (w *words) Unpack(value starlark.Value) error {
	switch v := value.(type) {
	case starlark.NoneType:
		return nil
	case starlark.String:
		if v != "" {
			*w = []string{string(v)}
		}
		return nil
	case starlark.Iterable:
		iterator := v.Iterate()
		defer iterator.Done()
		var item starlark.Value
		for iterator.Next(&item) {
			text, ok := starlark.AsString(item)
			if !ok {
				return fmt.Errorf("got %s in a list of strings", item.Type())
			}
			*w = append(*w, text)
		}
		return nil
	}
	return fmt.Errorf("got %s, want a string or a list of strings", value.Type())
}

// content is an argument that may be a string or a blob.
type content struct {
	text   string
	isBlob bool
}

func (c *content) Unpack(value starlark.Value) error {
	switch v := value.(type) {
	case blob:
		*c = content{string(v), true}
		return nil
	case starlark.String:
		*c = content{string(v), false}
		return nil
	}
	return fmt.Errorf("got %s, want a string or a blob", value.Type())
}

// ports is an argument that may be a port, "LOCAL:CONTAINER", a port_forward or a list of these.
type ports []*forward

func (p *ports) Unpack(value starlark.Value) error {
	switch v := value.(type) {
	case *forward:
		*p = append(*p, v)
	case starlark.Int:
		port, _ := v.Int64()
		*p = append(*p, &forward{local: int(port)})
	case starlark.String:
		f := &forward{}
		parts := strings.Split(string(v), ":")
		if n, err := strconv.Atoi(parts[0]); err == nil {
			f.local = n
		} else {
			return fmt.Errorf("%q is no port", string(v))
		}
		if len(parts) > 1 {
			f.container, _ = strconv.Atoi(parts[1])
		}
		*p = append(*p, f)
	case *starlark.List:
		for i := range v.Len() {
			if err := p.Unpack(v.Index(i)); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("got %s, want a port", value.Type())
	}
	return nil
}

func toYAML(value starlark.Value) (string, error) {
	plain, err := fromStarlark(value)
	if err != nil {
		return "", err
	}
	text, err := yaml.Marshal(plain)
	return string(text), err
}

func toStarlark(value any) (starlark.Value, error) {
	switch v := value.(type) {
	case nil:
		return starlark.None, nil
	case bool:
		return starlark.Bool(v), nil
	case string:
		return starlark.String(v), nil
	case float64:
		return starlark.Float(v), nil
	case []any:
		list := starlark.NewList(nil)
		for _, item := range v {
			converted, err := toStarlark(item)
			if err != nil {
				return nil, err
			}
			if err := list.Append(converted); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		dict := starlark.NewDict(len(v))
		for key, item := range v {
			converted, err := toStarlark(item)
			if err != nil {
				return nil, err
			}
			if err := dict.SetKey(starlark.String(key), converted); err != nil {
				return nil, err
			}
		}
		return dict, nil
	}
	return nil, fmt.Errorf("a %T has no counterpart in Starlark", value)
}

// fromStarlark takes what Tilt's encode_yaml takes: no tuples and no keys but strings.
func fromStarlark(value starlark.Value) (any, error) {
	switch v := value.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.String:
		return string(v), nil
	case starlark.Int:
		return strconv.ParseInt(v.String(), 10, 64)
	case starlark.Float:
		return float64(v), nil
	case *starlark.List:
		list := []any{}
		for i := range v.Len() {
			item, err := fromStarlark(v.Index(i))
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		return list, nil
	case *starlark.Dict:
		fields := map[string]any{}
		for _, item := range v.Items() {
			key, ok := starlark.AsString(item[0])
			if !ok {
				return nil, fmt.Errorf("only string keys are supported in maps, got %s", item[0])
			}
			converted, err := fromStarlark(item[1])
			if err != nil {
				return nil, err
			}
			fields[key] = converted
		}
		return fields, nil
	}
	return nil, fmt.Errorf("unable to convert from a %s", value.Type())
}

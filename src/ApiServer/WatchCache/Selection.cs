using Navarch.ApiServer.Registry;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Selectors;

namespace Navarch.ApiServer.WatchCache;

/// <summary>Which objects of a kind a reader asks for: a namespace, labels, fields.</summary>
internal sealed class Selection
{
    private readonly Selector labels;
    private readonly (int Field, string Value, bool IsEqual)[] fields;
    private readonly string? name;
    private readonly bool isNothing;

    private Selection(SelectionText text, string @namespace, string? name, Selector labels, (int, string, bool)[] fields, bool isNothing, Kind kind)
    {
        Text = text;
        Namespace = @namespace;
        this.name = name;
        this.labels = labels;
        this.fields = fields;
        this.isNothing = isNothing;
        if (name is not null && (@namespace.Length > 0 || !kind.Type.Namespaced))
        {
            Key = kind.Key(@namespace, name);
        }

        foreach (var (field, value, isEqual) in fields)
        {
            if (isEqual && field == kind.IndexedField)
            {
                IndexedValue = value;
            }
        }

        IsWholeScope = name is null && labels.IsEverything && fields.Length == 0 && !isNothing;
    }

    /// <summary>Equal for selections that were asked for in the same words.</summary>
    public SelectionText Text { get; }

    /// <summary>Empty for all namespaces.</summary>
    public string Namespace { get; }

    /// <summary>The one object that can match; null if there may be several.</summary>
    public string? Key { get; }

    /// <summary>The one value of the kind's indexed field that can match; null if there may be several.</summary>
    public string? IndexedValue { get; }

    /// <summary>Everything in the namespace (or of the kind) matches.</summary>
    public bool IsWholeScope { get; }

    /// <summary>Everything of the kind in the namespace; of the whole kind for an empty one.</summary>
    public static Selection Everything(Kind kind, string @namespace) =>
        new(new SelectionText(@namespace, "", ""), @namespace, null, Selector.Everything, [], false, kind);

    /// <exception cref="StatusException">400: a selector is malformed or names a field the kind cannot be selected by.</exception>
    public static Selection Parse(Kind kind, string @namespace, string labelSelector, string fieldSelector)
    {
        if (labelSelector.Length == 0 && fieldSelector.Length == 0)
        {
            return Everything(kind, @namespace);
        }

        var text = new SelectionText(@namespace, labelSelector, fieldSelector);
        try
        {
            var labels = labelSelector.Length == 0 ? Selector.Everything : Selector.Parse(labelSelector);
            string? name = null;
            var isNothing = false;
            var fields = new List<(int, string, bool)>();
            foreach (var term in FieldSelector.Parse(fieldSelector).Terms)
            {
                if (term.Field == "metadata.name" && term.IsEqual)
                {
                    isNothing |= name is not null && name != term.Value;
                    name = term.Value;
                }
                else if (term.Field == "metadata.namespace" && term.IsEqual && kind.Type.Namespaced)
                {
                    isNothing |= @namespace.Length > 0 && @namespace != term.Value;
                    @namespace = term.Value;
                }
                else
                {
                    fields.Add((kind.FieldIndex(term.Field), term.Value, term.IsEqual));
                }
            }

            return new Selection(text, @namespace, name, labels, [.. fields], isNothing, kind);
        }
        catch (SelectorException e)
        {
            throw StatusErrors.BadRequest(e.Message).AsException(e);
        }
    }

    public bool Matches(StoredObject value)
    {
        if (Namespace.Length > 0 && value.Namespace != Namespace)
        {
            return false;
        }

        if (IsWholeScope)
        {
            return true;
        }

        if (isNothing || (name is not null && value.Name != name))
        {
            return false;
        }

        foreach (var (field, wanted, isEqual) in fields)
        {
            var actual = field == Kind.NameField ? value.Name : field == Kind.NamespaceField ? value.Namespace : value.Fields[field];
            if ((actual == wanted) != isEqual)
            {
                return false;
            }
        }

        return labels.Matches(value.Labels);
    }
}

/// <summary>A selection as a request spells it.</summary>
internal readonly record struct SelectionText(string Namespace, string Labels, string Fields);

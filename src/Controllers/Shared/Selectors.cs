using System.Runtime.CompilerServices;
using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Machinery.Selectors;

namespace Navarch.Controllers;

/// <summary>Selectors of objects, parsed once per object that has them. One that is not valid selects nothing.</summary>
internal static class Selectors
{
    private static readonly ConditionalWeakTable<object, Selector> Parsed = [];

    public static Selector Of(LabelSelector? selector) =>
        selector is null ? Selector.Nothing : Parsed.GetValue(selector, static key => Guarded(() => Selector.Of((LabelSelector)key)));

    /// <summary>The selector of a Service: no labels select nothing.</summary>
    public static Selector Of(Map<string> labels) =>
        labels.Count == 0 ? Selector.Nothing : Parsed.GetValue(labels, static key => Guarded(() => Selector.Of((Map<string>)key)));

    private static Selector Guarded(Func<Selector> parse)
    {
        try
        {
            return parse();
        }
        catch (SelectorException)
        {
            return Selector.Nothing;
        }
    }
}

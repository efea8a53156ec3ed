namespace Navarch.Proving.Tests.Histories;

/// <summary>Histories written down by hand: calls and answers in the order of the lines.</summary>
internal sealed class Scenario
{
    private readonly History history = new();

    public IReadOnlyList<Operation> Operations => history.Operations;

    public History.Call Create(string value) => history.Begin(0, "k", Verb.Create, value);

    public History.Call Update(string expected, string value) => history.Begin(0, "k", Verb.Update, value, expected);

    public History.Call Delete(string? expected = null) => history.Begin(0, "k", Verb.Delete, null, expected);

    public History.Call Read() => history.Begin(0, "k", Verb.Read);

    public void Settle() => history.Settle();
}

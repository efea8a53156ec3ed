using Navarch.ApiServer.Registry;
using Navarch.ApiServer.Resources;

namespace Navarch.ApiServer.Tests.Discovery;

/// <summary>Compares what the server knows of its kinds with what is known of Kubernetes v1.36.</summary>
public sealed class KindFactsTests
{
    private static readonly Catalog Kinds = new([.. AllResources.List.SelectMany(static rules => rules.ToKinds())]);

    [Fact]
    public void Tables_have_the_columns_that_scripts_cut()
    {
        var expected = ExpectedTable.Rows("Columns").GroupBy(row => (Group: row[0], Kind: row[1])).ToDictionary(
            rows => rows.Key, rows => string.Join("; ", rows.Select(row => $"{row[2]} {row[3]} {row[4]} {row[5]}")));
        var differences = new List<string>();
        foreach (var kind in Kinds.Hubs)
        {
            var wanted = expected.GetValueOrDefault((kind.Type.Group, kind.Type.Kind), "Name string name 0; Created At date  0");
            var found = string.Join("; ", kind.Columns.Select(column => $"{column.Name} {column.Type} {column.Format} {column.Priority}"));
            if (found != wanted)
            {
                differences.Add($"{kind.Type}\n  expected {wanted}\n  found    {found}");
            }
        }

        Assert.Equal("", string.Join('\n', differences));
    }

    [Fact]
    public void Kinds_are_selected_by_the_fields_that_are_known()
    {
        var differences = new List<string>();
        foreach (var kind in Kinds.Kinds)
        {
            var wanted = ExpectedTable.Rows("Fields").Where(row => row[0] == kind.Type.Group && row[1] == kind.Type.Version && row[2] == kind.Type.Kind)
                .Select(row => row[3]).Where(field => field is not ("metadata.name" or "metadata.namespace")).Order(StringComparer.Ordinal);
            if (kind.Hub != kind)
            {
                Assert.All(wanted, field => Assert.InRange(kind.FieldIndex(field), 0, kind.Hub.FieldNames.Length - 1)); // Other names of the same fields.
                continue;
            }

            var found = kind.FieldNames.Order(StringComparer.Ordinal);
            if (!found.SequenceEqual(wanted))
            {
                differences.Add($"{kind.Type}: expected {string.Join(',', wanted)}, found {string.Join(',', found)}");
            }
        }

        Assert.Equal("", string.Join('\n', differences));
    }

    [Fact]
    public void Writes_follow_the_strategies_that_are_known()
    {
        var differences = new List<string>();
        foreach (var kind in Kinds.Hubs)
        {
            if (ExpectedTable.Rows("Strategies").FirstOrDefault(row => row[0] == kind.Type.Group && row[1] == kind.Type.Kind) is not { } row)
            {
                continue;
            }

            var rules = kind.Rules;
            var wanted = $"{row[2]} {row[3]} {row[4]} {(row[5].Length == 0 ? "Background" : row[5])}";
            var propagation = rules.DefaultPropagation == Deletion.NoPropagation ? "Background" : rules.DefaultPropagation;
            var found = $"{(rules.CreatesOnUpdate ? "y" : "n")} {(rules.AllowsUnconditionalUpdate ? "y" : "n")} {(kind.HasGeneration ? "y" : "n")} {propagation}";
            if (found != wanted)
            {
                differences.Add($"{kind.Type}: expected {wanted}, found {found}");
            }
        }

        Assert.Equal("", string.Join('\n', differences));
    }
}

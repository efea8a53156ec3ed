using System.Globalization;
using Navarch.Machinery.Json;

namespace Navarch.Machinery.Patch;

/// <summary>JSON patch, RFC 6902: a list of operations that all apply or none does.</summary>
/// <remarks>
/// As in other Kubernetes servers, an index may be negative (it then counts from the end) and <c>test</c> for
/// <c>null</c> succeeds where there is nothing.
/// </remarks>
public sealed class JsonPatch
{
    private const int OperationsMax = 10_000;

    // Ten thousand copies of the whole document into itself would double it each time.
    private const long CopiedBytesMax = 3 * 1024 * 1024;

    // Few bytes make a tower: each copy of a branch to its own tip doubles its height, and each value put at a tip adds to it.
    private const string TooDeep = "a JSON patch nests values too deeply";

    private readonly List<Operation> operations;

    private JsonPatch(List<Operation> operations) => this.operations = operations;

    /// <exception cref="PatchException">Not a list of operations, or too many.</exception>
    public static JsonPatch Read(JsonNode document)
    {
        if (document is not JsonArray list)
        {
            throw PatchException.Malformed("a JSON patch must be a list of operations");
        }

        if (list.Items.Count > OperationsMax)
        {
            throw PatchException.TooLarge(string.Create(CultureInfo.InvariantCulture, $"The allowed maximum operations in a JSON patch is {OperationsMax}, got {list.Items.Count}"));
        }

        return new JsonPatch(list.Items.ConvertAll(Operation.Read));
    }

    /// <summary>The changed document. <paramref name="document"/> itself may be changed, also when this fails.</summary>
    /// <exception cref="PatchException">An operation does not fit.</exception>
    public JsonNode Apply(JsonNode document)
    {
        var copied = 0L;
        foreach (var operation in operations)
        {
            document = operation.Kind switch
            {
                "add" => Add(document, operation, operation.Value.Clone()),
                "remove" => Remove(document, operation, operation.Path),
                "replace" => Replace(document, operation),
                "move" => Move(document, operation, ref copied),
                "copy" => Copy(document, operation, ref copied),
                "test" => Test(document, operation),
                var unknown => throw PatchException.DoesNotApply($"unexpected kind of operation: \"{unknown}\""),
            };
        }

        return document;
    }

    private static JsonNode Add(JsonNode document, Operation operation, JsonNode value)
    {
        var path = operation.Path;
        CheckDepth(path, value);
        return Put(document, operation, value);
    }

    private static JsonNode Put(JsonNode document, Operation operation, JsonNode value)
    {
        var path = operation.Path;
        if (path.IsRoot)
        {
            return value;
        }

        switch (path.FindParent(document))
        {
            case JsonObject parent:
                parent[path.Last] = value;
                break;
            case JsonArray parent when path.Last == "-":
                parent.Items.Add(value);
                break;
            case JsonArray parent:
                parent.Items.Insert(JsonPointer.Index(path.Last, parent.Items.Count + 1) ?? throw Missing(operation, path), value);
                break;
            default:
                throw Missing(operation, path);
        }

        return document;
    }

    private static JsonNode Remove(JsonNode document, Operation operation, JsonPointer path)
    {
        if (path.IsRoot)
        {
            return JsonNull.Value;
        }

        switch (path.FindParent(document))
        {
            case JsonObject parent when parent.Remove(path.Last):
                break;
            case JsonArray parent:
                parent.Items.RemoveAt(JsonPointer.Index(path.Last, parent.Items.Count) ?? throw Missing(operation, path));
                break;
            default:
                throw Missing(operation, path);
        }

        return document;
    }

    private static JsonNode Replace(JsonNode document, Operation operation)
    {
        var path = operation.Path;
        var value = operation.Value.Clone();
        CheckDepth(path, value);
        if (path.IsRoot)
        {
            return value;
        }

        switch (path.FindParent(document))
        {
            case JsonObject parent when parent.Has(path.Last):
                parent[path.Last] = value;
                break;
            case JsonArray parent:
                parent.Items[JsonPointer.Index(path.Last, parent.Items.Count) ?? throw Missing(operation, path)] = value;
                break;
            default:
                throw Missing(operation, path);
        }

        return document;
    }

    private static JsonNode Move(JsonNode document, Operation operation, ref long copied)
    {
        var from = operation.From ?? JsonPointer.Nowhere;
        var value = from.Find(document) ?? throw Missing(operation, from);
        if (from.Contains(operation.Path))
        {
            throw PatchException.DoesNotApply($"move operation does not apply: \"{from}\" cannot be moved into itself");
        }

        // Only what goes deeper than it was can become too deep, and to find that out takes as long as to copy it.
        if (operation.Path.Steps.Count > from.Steps.Count)
        {
            CountCopy(value, ref copied);
            CheckDepth(operation.Path, value);
        }

        // Moved, not copied: the tree has the node in one place only at any time.
        document = Remove(document, operation, from);
        return Put(document, operation, value);
    }

    private static JsonNode Copy(JsonNode document, Operation operation, ref long copied)
    {
        var from = operation.From ?? JsonPointer.Nowhere;
        var value = from.Find(document) ?? throw Missing(operation, from);
        CountCopy(value, ref copied);
        return Add(document, operation, value.Clone());
    }

    private static void CountCopy(JsonNode value, ref long copied)
    {
        copied += value.ToUtf8().Length;
        if (copied > CopiedBytesMax)
        {
            throw PatchException.DoesNotApply(string.Create(CultureInfo.InvariantCulture, $"copies in a JSON patch are limited to {CopiedBytesMax} bytes"));
        }
    }

    /// <summary>Keeps the promise of <see cref="JsonNode.DepthMax"/>, on which every walk over the outcome relies.</summary>
    private static void CheckDepth(JsonPointer path, JsonNode value)
    {
        if (path.Steps.Count + DepthOf(value) > JsonNode.DepthMax)
        {
            throw PatchException.DoesNotApply(TooDeep);
        }
    }

    private static int DepthOf(JsonNode node) => node switch
    {
        JsonObject o => 1 + o.Members.Select(static member => DepthOf(member.Value)).DefaultIfEmpty().Max(),
        JsonArray a => 1 + a.Items.Select(DepthOf).DefaultIfEmpty().Max(),
        _ => 0,
    };

    private static JsonNode Test(JsonNode document, Operation operation)
    {
        var value = operation.Path.Find(document) ?? JsonNull.Value;
        return value.Equals(operation.Value)
            ? document
            : throw PatchException.DoesNotApply($"testing value {operation.Path} failed");
    }

    private static PatchException Missing(Operation operation, JsonPointer path) =>
        PatchException.DoesNotApply($"{operation.Kind} operation does not apply: doc is missing path: \"{path}\": missing value");

    private sealed record Operation(string Kind, JsonPointer Path, JsonPointer? From, JsonNode Value)
    {
        public static Operation Read(JsonNode node)
        {
            if (node is not JsonObject operation)
            {
                throw PatchException.Malformed("an operation of a JSON patch must be an object");
            }

            // What an operation lacks shows when it is its turn: until then the document is a patch, if not one that applies.
            return new Operation(operation.FindText("op") ?? "", Pointer(operation, "path")!, Pointer(operation, "from"), operation["value"] ?? JsonNull.Value);
        }

        private static JsonPointer? Pointer(JsonObject operation, string member) => operation[member] switch
        {
            null when member == "from" => null,
            JsonText text => JsonPointer.Parse(text.Value),
            null => JsonPointer.Nowhere,
            _ => throw PatchException.Malformed($"the {member} of an operation of a JSON patch must be a string"),
        };
    }
}

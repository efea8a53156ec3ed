namespace Navarch.Machinery.Apply;

/// <content>The comparison of two texts of an object, side by side.</content>
public sealed partial class UpdateRecorder
{
    private ref struct Walk(UpdateRecorder owner, ReadOnlySpan<byte> oldJson, ReadOnlySpan<byte> newJson, Untracked untracked)
    {
        private const int Absent = -1;
        private const int InsertionMax = 64;

        private readonly ReadOnlySpan<byte> oldJson = oldJson;
        private readonly ReadOnlySpan<byte> newJson = newJson;

        /// <summary>Puts what differs below a node of the tree. False, and nothing put, when nothing does.</summary>
        public bool Compare(int old, int now, Shape shape, int node, bool isRoot = false, bool isMetadata = false)
        {
            if (old != Absent && now != Absent && Old(old).SequenceEqual(New(now)))
            {
                return false;
            }

            var first = old == Absent ? (byte)'n' : oldJson[owner.before[old].At];
            var second = now == Absent ? (byte)'n' : newJson[owner.after[now].At];
            var isFilled = (old != Absent && owner.before[old].After > old + 1) || (now != Absent && owner.after[now].After > now + 1);
            bool isChanged;
            if (isMetadata && !isFilled)
            {
                return false;
            }

            if (isFilled && shape.HasMembers && first is (byte)'{' or (byte)'n' && second is (byte)'{' or (byte)'n')
            {
                isChanged = Members(old, now, shape, node, isRoot, isMetadata);
            }
            else if (isFilled && shape.HasElements && first is (byte)'[' or (byte)'n' && second is (byte)'[' or (byte)'n')
            {
                isChanged = Elements(old, now, shape, node);
            }
            else
            {
                owner.tree.Flag(node, now == Absent ? FieldFlags.Removed : FieldFlags.Written);
                return true;
            }

            if (!isMetadata && (old == Absent || now == Absent))
            {
                owner.tree.Flag(node, old == Absent ? FieldFlags.Written : FieldFlags.Removed);
                return true;
            }

            return isChanged;
        }

        private readonly ReadOnlySpan<byte> Old(int value) => oldJson.Slice(owner.before[value].At, owner.before[value].Length);

        private readonly ReadOnlySpan<byte> New(int value) => newJson.Slice(owner.after[value].At, owner.after[value].Length);

        private readonly ReadOnlySpan<byte> OldName(int value) => oldJson.Slice(owner.before[value].NameAt, owner.before[value].NameLength);

        private readonly ReadOnlySpan<byte> NewName(int value) => newJson.Slice(owner.after[value].NameAt, owner.after[value].NameLength);

        private bool Members(int old, int now, Shape shape, int node, bool isRoot, bool isMetadata)
        {
            var start = owner.childCount;
            PushMembers(owner.before, oldJson, old, shape);
            var middle = owner.childCount;
            PushMembers(owner.after, newJson, now, shape);
            var end = owner.childCount;
            var isChanged = false;
            for (var (left, right) = (start, middle); left < middle || right < end;)
            {
                var order = left == middle ? 1 : right == end ? -1 : Order(owner.children[left], oldJson, owner.before, owner.children[right], newJson, owner.after);
                var child = order <= 0 ? owner.children[left] : owner.children[right];
                var oldChild = order <= 0 ? owner.children[left++].Value : Absent;
                var newChild = order >= 0 ? owner.children[right++].Value : Absent;
                var name = order <= 0 ? OldName(oldChild) : NewName(newChild);
                if ((isRoot && untracked.HasMember(name)) || (isMetadata && untracked.HasMetadata(name)))
                {
                    continue;
                }

                if (order == 0 && Old(oldChild).SequenceEqual(New(newChild)))
                {
                    continue;
                }

                var mark = owner.tree.Mark;
                var step = owner.tree.AddText("f:"u8);
                owner.tree.AddText(name);
                var inside = owner.tree.AddNode(step, name.Length + 2);
                var childShape = child.Member?.Shape ?? shape.MapElement;
                if (Compare(oldChild, newChild, childShape, inside, isMetadata: isRoot && name.SequenceEqual("metadata"u8)))
                {
                    owner.tree.Append(node, inside);
                    isChanged = true;
                }
                else
                {
                    owner.tree.Rewind(mark);
                }
            }

            owner.tree.Sort(node);
            owner.childCount = start;
            return isChanged;
        }

        private void PushMembers(JsonIndex index, ReadOnlySpan<byte> json, int value, Shape shape)
        {
            if (value == Absent)
            {
                return;
            }

            var start = owner.childCount;
            var declared = shape.Declared;
            var next = 0;
            var isSorted = true;
            for (var (child, end) = (value + 1, index[value].After); child < end; child = index[child].After)
            {
                ShapeMember? member = null;
                if (declared.Length > 0)
                {
                    // Members are written in the order they are declared: the wanted one is a few places on.
                    var name = json.Slice(index[child].NameAt, index[child].NameLength);
                    for (var tried = 0; tried < declared.Length && member is null; tried++)
                    {
                        var candidate = declared[next];
                        next = next + 1 == declared.Length ? 0 : next + 1;
                        member = name.SequenceEqual(candidate.Utf8Name) ? candidate : null;
                    }
                }

                owner.Push(new Child(child, member?.Rank ?? int.MaxValue, member, 0, 0));
                var count = owner.childCount - start;
                isSorted = isSorted && (count < 2 || Order(owner.children[start + count - 2], json, index, owner.children[start + count - 1], json, index) < 0);
            }

            if (!isSorted)
            {
                SortMembers(owner.children.AsSpan(start, owner.childCount - start), json, index);
            }
        }

        private static int Order(Child left, ReadOnlySpan<byte> leftJson, JsonIndex leftIndex, Child right, ReadOnlySpan<byte> rightJson, JsonIndex rightIndex)
        {
            if (left.Rank != right.Rank)
            {
                return left.Rank.CompareTo(right.Rank);
            }

            return left.Member is not null ? 0
                : leftJson.Slice(leftIndex[left.Value].NameAt, leftIndex[left.Value].NameLength).SequenceCompareTo(
                    rightJson.Slice(rightIndex[right.Value].NameAt, rightIndex[right.Value].NameLength));
        }

        private static void SortMembers(Span<Child> members, ReadOnlySpan<byte> json, JsonIndex index)
        {
            if (members.Length > InsertionMax)
            {
                var names = new byte[members.Length][];
                for (var i = 0; i < members.Length; i++)
                {
                    names[i] = json.Slice(index[members[i].Value].NameAt, index[members[i].Value].NameLength).ToArray();
                }

                names.AsSpan().Sort(members, static (left, right) => left.AsSpan().SequenceCompareTo(right));
                return;
            }

            for (var i = 1; i < members.Length; i++)
            {
                var member = members[i];
                var at = i;
                for (; at > 0 && Order(members[at - 1], json, index, member, json, index) > 0; at--)
                {
                    members[at] = members[at - 1];
                }

                members[at] = member;
            }
        }

        private bool Elements(int old, int now, Shape shape, int node)
        {
            var mark = owner.tree.Mark;
            var start = owner.childCount;
            PushElements(owner.before, oldJson, old, shape);
            var middle = owner.childCount;
            PushElements(owner.after, newJson, now, shape);
            var end = owner.childCount;
            var isChanged = false;
            for (var (left, right) = (start, middle); left < middle || right < end;)
            {
                var order = left == middle ? 1 : right == end ? -1 : OrderSteps(owner.children[left], owner.children[right]);
                var step = order <= 0 ? owner.children[left] : owner.children[right];
                var (leftEnd, rightEnd) = (left, right);
                while (order <= 0 && leftEnd < middle && OrderSteps(step, owner.children[leftEnd]) == 0)
                {
                    leftEnd++;
                }

                while (order >= 0 && rightEnd < end && OrderSteps(step, owner.children[rightEnd]) == 0)
                {
                    rightEnd++;
                }

                var inside = owner.tree.Mark;
                var element = owner.tree.AddNode(step.StepAt, step.StepLength);
                if (Doubles(left, leftEnd, right, rightEnd, shape.Element, element))
                {
                    owner.tree.Append(node, element);
                    isChanged = true;
                }
                else
                {
                    owner.tree.Rewind(inside);
                }

                (left, right) = (leftEnd, rightEnd);
            }

            owner.childCount = start;
            if (!isChanged)
            {
                owner.tree.Rewind(mark);
            }

            return isChanged;
        }

        // Elements that cannot be told apart are owned together, as if the step led to one value.
        private bool Doubles(int left, int leftEnd, int right, int rightEnd, Shape shape, int node)
        {
            var (olds, news) = (leftEnd - left, rightEnd - right);
            if (olds <= 1 && news <= 1)
            {
                return Compare(olds == 0 ? Absent : owner.children[left].Value, news == 0 ? Absent : owner.children[right].Value, shape, node);
            }

            if (olds > 1 && news > 1)
            {
                var isSame = olds == news;
                for (var i = 0; isSame && i < olds; i++)
                {
                    isSame = Old(owner.children[left + i].Value).SequenceEqual(New(owner.children[right + i].Value));
                }

                if (!isSame)
                {
                    owner.tree.Flag(node, FieldFlags.Written);
                }

                return !isSame;
            }

            if (olds == 1 || news == 1)
            {
                Compare(olds == 1 ? owner.children[left].Value : Absent, news == 1 ? owner.children[right].Value : Absent, shape, node);
            }

            owner.tree.Flag(node, olds > 1 ? FieldFlags.Removed : FieldFlags.Written);
            return true;
        }

        private void PushElements(JsonIndex index, ReadOnlySpan<byte> json, int list, Shape shape)
        {
            if (list == Absent)
            {
                return;
            }

            var start = owner.childCount;
            var isSorted = true;
            for (var (item, end) = (list + 1, index[list].After); item < end; item = index[item].After)
            {
                var step = owner.tree.TextLength;
                if (!AddStep(index, json, item, shape))
                {
                    continue;
                }

                owner.Push(new Child(item, 0, null, step, owner.tree.TextLength - step));
                var count = owner.childCount - start;
                isSorted = isSorted && (count < 2 || OrderSteps(owner.children[start + count - 2], owner.children[start + count - 1]) <= 0);
            }

            if (!isSorted)
            {
                SortElements(start);
            }
        }

        private readonly bool AddStep(JsonIndex index, ReadOnlySpan<byte> json, int item, Shape list)
        {
            if (list.IsSet)
            {
                owner.tree.AddText("v:"u8);
                owner.tree.AddEscaped(json.Slice(index[item].At, index[item].Length));
                return true;
            }

            if (json[index[item].At] != '{')
            {
                return false;
            }

            var mark = owner.tree.Mark;
            owner.tree.AddText("k:{"u8);
            var isFirst = true;
            foreach (var key in list.Keys)
            {
                ReadOnlySpan<byte> value = key.Default;
                for (var (member, end) = (item + 1, index[item].After); member < end; member = index[member].After)
                {
                    if (json.Slice(index[member].NameAt, index[member].NameLength).SequenceEqual(key.Utf8Name))
                    {
                        value = json.Slice(index[member].At, index[member].Length);
                        break;
                    }
                }

                if (value.Length > 0)
                {
                    owner.tree.AddText(isFirst ? default : ","u8);
                    owner.tree.AddText(key.Head);
                    owner.tree.AddEscaped(value);
                    isFirst = false;
                }
            }

            owner.tree.AddText("}"u8);
            if (isFirst)
            {
                owner.tree.Rewind(mark);
            }

            return !isFirst;
        }

        private readonly int OrderSteps(Child left, Child right) => owner.tree.CompareText(left.StepAt, left.StepLength, right.StepAt, right.StepLength);

        // Stable: doubles keep their order.
        private readonly void SortElements(int start)
        {
            var elements = owner.children.AsSpan(start, owner.childCount - start);
            if (elements.Length > InsertionMax)
            {
                var tree = owner.tree;
                elements.Sort((left, right) => tree.CompareText(left.StepAt, left.StepLength, right.StepAt, right.StepLength) is var order && order != 0 ? order : left.Value.CompareTo(right.Value));
                return;
            }

            for (var i = 1; i < elements.Length; i++)
            {
                var element = elements[i];
                var at = i;
                for (; at > 0 && OrderSteps(elements[at - 1], element) > 0; at--)
                {
                    elements[at] = elements[at - 1];
                }

                elements[at] = element;
            }
        }
    }

    private void Push(Child child)
    {
        if (childCount == children.Length)
        {
            Array.Resize(ref children, childCount * 2);
        }

        children[childCount++] = child;
    }

    private readonly record struct Child(int Value, int Rank, ShapeMember? Member, int StepAt, int StepLength);
}

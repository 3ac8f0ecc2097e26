//! Shortest ways from what the project asks for to every entry.

use std::collections::VecDeque;

/// Who asks for a node on a shortest way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The project itself.
    Project,
    /// The node at this index.
    Through(usize),
}

/// Goes through `count` nodes breadth first, from the `projects` on, and asks each node once whom it asks for.
/// Nodes without a way are asked too, at the end. The projects have [`Way::Project`].
pub(crate) fn shortest(
    count: usize,
    projects: &[usize],
    mut follow: impl FnMut(usize) -> Vec<usize>,
) -> Vec<Option<Way>> {
    let mut ways: Vec<Option<Way>> = vec![None; count];
    let mut queue = VecDeque::new();
    for &project in projects {
        if meet(&mut ways, project, Way::Project) {
            queue.push_back((project, Way::Project));
        }
    }
    while let Some((from, way)) = queue.pop_front() {
        for to in follow(from) {
            if meet(&mut ways, to, way) {
                queue.push_back((to, Way::Through(to)));
            }
        }
    }
    let unmet = |(index, way): (usize, &Option<Way>)| way.is_none().then_some(index);
    let left: Vec<usize> = ways.iter().enumerate().filter_map(unmet).collect();
    for from in left {
        let _ = follow(from);
    }
    ways
}

/// Whether the node is met for the first time.
fn meet(ways: &mut [Option<Way>], index: usize, way: Way) -> bool {
    match ways.get_mut(index) {
        Some(place @ None) => {
            *place = Some(way);
            true
        }
        Some(Some(_)) | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Way, shortest};

    #[test]
    fn the_shortest_way_is_found_and_every_node_is_asked_once() {
        let edges = [vec![1, 2], vec![3], vec![4], vec![4], vec![1], vec![3]];
        let mut asked = Vec::new();
        let ways = shortest(6, &[0], |from| {
            asked.push(from);
            edges[from].clone()
        });
        let through = |index| Some(Way::Through(index));
        let project = Some(Way::Project);
        assert_eq!(
            ways,
            [project, project, project, through(1), through(2), None]
        );
        asked.sort_unstable();
        assert_eq!(asked, [0, 1, 2, 3, 4, 5]);
    }
}
